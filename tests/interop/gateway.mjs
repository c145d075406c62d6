// What a client needs of a gateway's /peer/v1, with nothing but Node's own: mutual TLS and JSON.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';

// Node 18 has it, but not under its global name, where the libraries look for it.
globalThis.crypto ??= webcrypto;

export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const fromHex = (text) => new Uint8Array(Buffer.from(text, 'hex'));

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

function fromBase64url(text, size) {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  assert.equal(base64url(bytes), text, 'not base64url without padding');
  assert.equal(bytes.length, size);
  return bytes;
}

/** One partner of a region, as the others see it: it shows its certificate and asks them. */
export class Partner {
  #tls;
  #directory;

  /** `files` names `ca`, `certificate` and `key`. */
  constructor(files) {
    this.#tls = {
      ca: readFileSync(files.ca),
      cert: readFileSync(files.certificate),
      key: readFileSync(files.key),
      minVersion: 'TLSv1.3',
    };
  }

  /** Takes the region's directory from the gateway at this address. */
  async join(url) {
    const answer = await this.#call(url, 'GET', '/peer/v1/directory');
    this.#directory = answer.body;
  }

  /** The newest signed account of how this key was made, as `holder` gives it. */
  async transcript(holder, { domain, epoch, use }) {
    const { body } = await this.#ask(holder, 'GET', '/peer/v1/domain-keys');
    const found = body.keys
      .map((each) => each.transcript)
      .filter((each) => each.domain === domain && each.epoch === epoch && each.use === use)
      .sort((a, b) => b.generation - a.generation)[0];
    assert.ok(found, `${holder} has no key ${domain}/${epoch}/${use}`);
    return {
      generation: found.generation,
      threshold: found.threshold,
      holders: found.holders.map((each) => ({ id: each.id, number: each.number })),
      commitments: found.commitments.map((each) =>
        each.elements.map((element) => fromBase64url(element, 32))),
      key: fromBase64url(found.key, 32),
      holderKeys: found.holderKeys.map((each) => fromBase64url(each, 32)),
    };
  }

  /** What `holder` answers for these blinded elements as one of `holders`: its elements and c || s. */
  async evaluate(holder, { domain, epoch, use }, generation, holders, blinded) {
    const request = { domain, epoch, generation, use, holders, blinded: blinded.map(base64url) };
    const { body } = await this.#ask(holder, 'POST', '/peer/v1/evaluations', request);
    assert.equal(body.generation, generation);
    assert.equal(body.evaluated.length, blinded.length);
    return {
      elements: body.evaluated.map((each) => fromBase64url(each, 32)),
      proof: fromBase64url(body.proof, 64),
    };
  }

  /** A partner of the directory, which must bear the OIN that stands there. */
  async #ask(id, method, path, request) {
    const partner = this.#directory.partners.find((each) => each.id === id);
    assert.ok(partner, `the directory has no ${id}`);
    const answer = await this.#call(partner.peerUrl, method, path, request);
    assert.equal(answer.oin, partner.oin);
    return answer;
  }

  #call(url, method, path, request) {
    const body = request === undefined ? undefined : JSON.stringify(request);
    const headers = body === undefined ? {} :
      { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const sent = https.request(new URL(path, url), { ...this.#tls, method, headers, agent: false });
      sent.setTimeout(120_000, () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on('error', reject);
      sent.on('response', (response) => {
        const oin = response.socket.getPeerCertificate().subject.serialNumber;
        const parts = [];
        response.on('error', reject);
        response.on('data', (part) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          if (response.statusCode === 200) resolve({ oin, body: JSON.parse(text) });
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      sent.end(body);
    });
  }
}
