// @cloudflare/voprf-ts as a client of a region, over the older @noble/curves that it was made for.
import { run } from '../client.mjs';

import { DLEQProof, Evaluation, Oprf, VOPRFClient, VOPRFServer } from '@cloudflare/voprf-ts';
import { CryptoNoble } from '@cloudflare/voprf-ts/crypto-noble';

const suite = Oprf.Suite.RISTRETTO255_SHA512;
const mode = Oprf.Mode.VOPRF;
const group = Oprf.getGroup(suite, CryptoNoble);

const element = (bytes) => group.desElt(bytes);
const scalar = (bytes) => group.desScalar(bytes);

function scalarOf(number) {
  const bytes = new Uint8Array(group.scalarSize());
  bytes[0] = number;
  return scalar(bytes);
}

/** Π x_j / (x_j − x_i) over the others. */
function lagrange(number, numbers) {
  const own = scalarOf(number);
  return numbers.filter((each) => each !== number).map(scalarOf)
    .reduce((product, each) => product.mul(each).mul(each.sub(own).inv()), scalarOf(1));
}

const evaluation = (elements, proof) => new Evaluation(mode, elements.map(element), proof);

// The key that a client is made with is the one whose proofs it takes; it has no part in the rest.
const clientOf = (publicKey) => new VOPRFClient(suite, publicKey, CryptoNoble);
const anyClient = clientOf(group.generator().serialize());

await run({
  proofFails: /^proof failed$/,
  multiply: (bytes, factor) => element(bytes).mul(scalar(factor)).serialize(),
  add: (list) => list.map(element).reduce((sum, each) => sum.add(each)).serialize(),
  power: (number, exponent) =>
    Array.from({ length: exponent }, () => scalarOf(number))
      .reduce((product, each) => product.mul(each), scalarOf(1)).serialize(),
  lagrange: (number, numbers) => lagrange(number, numbers).serialize(),
  join: (shares) => shares
    .map(({ number, share }) =>
      lagrange(number, shares.map((each) => each.number)).mul(scalar(share)))
    .reduce((sum, each) => sum.add(each)).serialize(),

  async blind(inputs) {
    const [data, request] = await anyClient.blind(inputs);
    return { data, blinded: request.blinded.map((each) => each.serialize()) };
  },
  async verify(batch, publicKey, answer) {
    const proof = DLEQProof.deserialize(group.id, answer.proof, CryptoNoble);
    await clientOf(publicKey).finalize(batch.data, evaluation(answer.elements, proof));
  },
  finalize: (batch, elements) => anyClient.doFinalize(batch.data, evaluation(elements)),
  serve: (key, inputs) => {
    const server = new VOPRFServer(suite, key, CryptoNoble);
    return Promise.all(inputs.map((input) => server.evaluate(input)));
  },
});
