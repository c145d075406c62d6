// @noble/curves as a client of a region.
import { run } from '../client.mjs';

import { ristretto255, ristretto255_FROST, ristretto255_oprf } from '@noble/curves/ed25519.js';

const { Point } = ristretto255;
const { Fn } = Point;
const frost = ristretto255_FROST;

const element = (bytes) => Point.fromBytes(bytes);

await run({
  proofFails: /^proof verification failed$/,
  multiply: (bytes, scalar) => element(bytes).multiply(Fn.fromBytes(scalar)).toBytes(),
  add: (list) => list.map(element).reduce((sum, each) => sum.add(each)).toBytes(),
  power: (number, exponent) => Fn.toBytes(Fn.pow(BigInt(number), BigInt(exponent))),

  // The secret of a dealing in which this holder has 1 and the others 0.
  lagrange: (number, numbers) => frost.combineSecret(
    numbers.map((each) => ({
      identifier: frost.Identifier.fromNumber(each),
      signingShare: Fn.toBytes(each === number ? 1n : 0n),
    })), { min: numbers.length, max: numbers.length }),
  join: (shares) => frost.combineSecret(
    shares.map(({ number, share }) =>
      ({ identifier: frost.Identifier.fromNumber(number), signingShare: share })),
    { min: shares.length, max: shares.length }),

  blind(inputs) {
    const items = inputs.map((input) => ({ input, ...ristretto255_oprf.voprf.blind(input) }));
    return { items, blinded: items.map((item) => item.blinded) };
  },
  // What it returns is the output under this holder's share alone, of no use to anybody.
  verify(batch, publicKey, answer) {
    const items = batch.items.map((item, i) => ({ ...item, evaluated: answer.elements[i] }));
    ristretto255_oprf.voprf.finalizeBatch(items, publicKey, answer.proof);
  },
  // Finalize of RFC 9497 is the same in both modes; that of mode OPRF asks for no proof.
  finalize: (batch, elements) => batch.items.map(({ input, blind }, i) =>
    ristretto255_oprf.oprf.finalize(input, blind, elements[i])),
  serve: (key, inputs) => inputs.map((input) => ristretto255_oprf.voprf.evaluate(key, input)),
});
