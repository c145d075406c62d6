// Dealings over ristretto255, RFC 9591 Appendix C as @noble/curves has it: deals of its own, and
// checks of those of others. Bytes are hex; a share is {number, share}.
import { readFileSync } from 'node:fs';

import { fromHex, hex } from '../gateway.mjs';

import { ristretto255_FROST as frost } from '@noble/curves/ed25519.js';

const secretOf = ({ number, share }) =>
  ({ identifier: frost.Identifier.fromNumber(number), signingShare: fromHex(share) });
const signers = (list) => ({ min: list.length, max: list.length });
const combined = (shares) => hex(frost.combineSecret(shares.map(secretOf), signers(shares)));

/** {threshold, holders} → what the trusted dealer gives to everybody and to each holder. */
function deal({ threshold, holders }) {
  const secret = frost.utils.randomScalar();
  const dealt = frost.trustedDealer({ min: threshold, max: holders }, undefined, secret);
  const numbers = Array.from({ length: holders }, (_, i) => i + 1);
  const shares = numbers.map((number) => ({
    number,
    share: hex(dealt.secretShares[frost.Identifier.fromNumber(number)].signingShare),
  }));
  return {
    threshold,
    commitments: dealt.public.commitments.map(hex),
    verifyingShares:
      numbers.map((number) => hex(dealt.public.verifyingShares[frost.Identifier.fromNumber(number)])),
    shares,
    secret: hex(secret),
  };
}

/** {commitments, shares, subsets} → which shares fit, and what each subset of their places joins to. */
function check({ commitments, shares, subsets }) {
  const dealing = {
    signers: { min: commitments.length, max: shares.length },
    commitments: commitments.map(fromHex),
    verifyingShares: {},
  };
  const fits = (share) => {
    try {
      frost.validateSecret(secretOf(share), dealing);
      return true;
    } catch (error) {
      if (error.message !== 'invalid secret share') throw error;
      return false;
    }
  };
  return { fit: shares.map(fits), joined: subsets.map((places) => combined(places.map((i) => shares[i]))) };
}

/** [numbers] → the Lagrange coefficients at 0: each the secret of a dealing of 1 to it and 0 to the others. */
function lagrange(numbers) {
  const scalar = (value) => hex([value, ...new Uint8Array(31)]);
  return numbers.map((one) => combined(numbers.map((number) => ({ number, share: scalar(number === one ? 1 : 0) }))));
}

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(JSON.stringify({
  deal: job.deal.map(deal),
  check: job.check.map(check),
  lagrange: job.lagrange.map(lagrange),
}));
