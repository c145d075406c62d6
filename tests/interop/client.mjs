// A client of a region that knows protocol.md §3 and §6 and leaves every computation to a library.
//
// The library is an object of bytes in and bytes out:
//   multiply(element, scalar) · add(elements) · power(number, exponent) · lagrange(number, numbers)
//   join(shares by number)              the key that the shares of these numbers determine
//   blind(inputs)                       a batch: { blinded, … }
//   verify(batch, publicKey, answer)    throws where the proof does not hold for this batch and key
//   finalize(batch, elements)           the outputs, of elements that were verified and added
//   serve(key, inputs)                  the outputs of a single server with this key
//   proofFails                          what its error says when a proof does not hold
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { Partner, fromHex, hex } from './gateway.mjs';

/** K and K_1 … K_n, recomputed from what the dealers committed to. */
function keysOf(library, transcript) {
  const sums = transcript.commitments[0].map((_, j) =>
    library.add(transcript.commitments.map((dealer) => dealer[j])));
  const keyOf = (number) => library.add(sums.map((sum, j) =>
    j === 0 ? sum : library.multiply(sum, library.power(number, j))));
  const holderKeys = transcript.holders.map((each) => keyOf(each.number));
  assert.deepEqual(sums[0], transcript.key, 'K is not the sum of the commitments');
  assert.deepEqual(holderKeys, transcript.holderKeys, 'a K_i is not what the commitments give');
  return { key: sums[0], holderKeys };
}

function flipped(bytes, bit) {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] ^= 1 << (bit & 7);
  return copy;
}

/** Answers and keys that are nearly right, by what is wrong with them. */
function forgeries({ elements, proof }, publicKey, batch, otherKeys) {
  const with0 = (element) => [element, ...elements.slice(1)];
  const list = [
    { what: 'a bit of c', answer: { elements, proof: flipped(proof, 0) }, publicKey },
    { what: 'a bit of s', answer: { elements, proof: flipped(proof, 256) }, publicKey },
    { what: 'an element unevaluated', answer: { elements: with0(batch.blinded[0]), proof }, publicKey },
    ...otherKeys.map((key) =>
      ({ what: 'the key of something else', answer: { elements, proof }, publicKey: key })),
    // Most of these are no encoding of an element any more.
    { what: 'a bit of an element', answer: { elements: with0(flipped(elements[0], 9)), proof }, publicKey,
      anyRefusal: true },
  ];
  if (elements.length > 1) {
    const exchanged = [elements[1], elements[0], ...elements.slice(2)];
    list.push({ what: 'two elements exchanged', answer: { elements: exchanged, proof }, publicKey });
  }
  return list;
}

async function mustRefuse(library, batch, forged) {
  let refusal;
  try {
    await library.verify(batch, forged.publicKey, forged.answer);
  } catch (error) {
    refusal = error;
  }
  assert.ok(refusal, `accepted: ${forged.what}`);
  const fault = refusal instanceof TypeError || refusal instanceof ReferenceError;
  assert.ok(!fault, refusal.stack);
  if (!forged.anyRefusal) assert.match(refusal.message, library.proofFails, forged.what);
}

/** One batch, answered by these holders together: its outputs, and how many forgeries were refused. */
async function evaluate(library, partner, name, transcript, keys, round) {
  const inputs = round.inputs.map(fromHex);
  const members = round.holders.map((id) => transcript.holders.find((each) => each.id === id));
  assert.equal(members.length, transcript.threshold);
  const numbers = members.map((each) => each.number);
  const batch = await library.blind(inputs);
  const answers = [];
  let refused = 0;
  for (const { id, number } of members) {
    const publicKey = library.multiply(keys.holderKeys[number - 1], library.lagrange(number, numbers));
    const answer = await partner.evaluate(id, name, transcript.generation, round.holders, batch.blinded);
    await library.verify(batch, publicKey, answer);
    if (round.forge) {
      const others = [keys.key, ...keys.holderKeys];
      for (const forged of forgeries(answer, publicKey, batch, others)) {
        await mustRefuse(library, batch, forged);
        ++refused;
      }
    }
    answers.push(answer.elements);
  }
  const combined = inputs.map((_, i) => library.add(answers.map((elements) => elements[i])));
  const outputs = await library.finalize(batch, combined);
  return { outputs: outputs.map(hex), refused };
}

/** Does the job that the file named on the command line describes; writes what came out. */
export async function run(library) {
  const job = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const partner = new Partner(job);
  await partner.join(job.gateway);
  const transcript = await partner.transcript(job.rounds[0].holders[0], job.name);
  const keys = keysOf(library, transcript);
  const joined = library.join(
    Object.entries(job.shares).map(([number, share]) => ({ number: Number(number), share: fromHex(share) })));
  const rounds = [];
  for (const round of job.rounds) {
    const done = await evaluate(library, partner, job.name, transcript, keys, round);
    const single = await library.serve(joined, round.inputs.map(fromHex));
    rounds.push({ ...done, single: single.map(hex) });
  }
  console.log(JSON.stringify({ publicKey: hex(keys.key), joined: hex(joined), rounds }));
}
