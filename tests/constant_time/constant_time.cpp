// Runs what touches secrets with the secrets poisoned. A report of memcheck's is an error:
// somewhere a branch or an index depends on one. With PLANTED_LEAK there is one branch that must be
// found.
#include <sodium.h>

#include <algorithm>
#include <cstdio>

#include "crypto/content.hpp"
#include "crypto/dealing.hpp"
#include "crypto/lock.hpp"
#include "crypto/polynomial.hpp"
#include "crypto/seal.hpp"
#include "crypto/secretbox.hpp"
#include "crypto/sign.hpp"
#include "crypto/threshold.hpp"
#include "crypto/voprf.hpp"
#include "secrets.hpp"

using namespace sluis::crypto;
using sluis::constant_time::declassify;
using sluis::constant_time::poison;

namespace sluis::crypto {

/// The friend that reaches blinds and nonces, here to poison them.
struct KnownAnswers {
  static void poison_blinds(BlindBatch& batch) {
    for (Scalar& blind : batch.blinds()) poison(blind.bytes);
  }
  static void set_nonce(Evaluator& evaluator, SecretScalar nonce) {
    evaluator.nonce_ = std::move(nonce);
  }
};

}  // namespace sluis::crypto

namespace {

SecretScalar poisoned_scalar() {
  auto scalar = random_scalar();
  poison(scalar.reveal());
  return scalar;
}

template <class Key>
Key poisoned() {
  Key key = Key::random();
  poison(key.reveal());
  return key;
}

Array<64> poisoned_output() {
  Array<64> output;
  fill_random(output);
  poison(output);
  return output;
}

const std::vector<Bytes>& inputs() {
  static const std::vector<Bytes> values{Bytes{1, 2, 3}, Bytes{4, 5, 6, 7}};
  return values;
}

void finish(const BlindBatch& batch, std::span<const Array<32>> evaluated) {
  const auto outputs = batch.finalize(evaluated).value();
  for (const auto& output : outputs) {
    const auto tag = tag_of(output);
    declassify(tag, "a tag is sent to the recipient");
  }
}

void blind_with(BlindBatch& batch) {
  batch.step(inputs().size());
  const auto key = random_scalar();
  std::vector<Array<32>> evaluated;
  for (const auto& element : batch.elements()) {
    declassify(element, "a blinded element is sent to holders, and is uniform");
    evaluated.push_back(Element::parse(element)->mul(key.reveal())->bytes());
  }
  finish(batch, evaluated);
}

void secret_blinds() {
  auto batch = BlindBatch::start(inputs()).value();
  KnownAnswers::poison_blinds(batch);
  blind_with(batch);
}

// Apart from the blinds, because here alone libsodium decodes a secret element: see the
// suppressions, which name this function.
void secret_inputs() {
  auto secret = inputs();
  for (auto& input : secret) poison(input);
  auto batch = BlindBatch::start(secret).value();
  blind_with(batch);
}

void evaluate_and_prove() {
  auto batch = BlindBatch::blind(inputs()).value();
  const std::vector<std::uint32_t> holders{1, 3};
  const auto share = random_scalar();
  const auto share_key = Element::base_mul(share.reveal()).value();
  const auto key = weighted_public(share_key, 1, holders);
  poison(share.reveal());
  const auto weighted = weighted_share(share, 1, holders);
  Evaluator evaluator(weighted.reveal(), key.bytes(), batch.elements());
  KnownAnswers::set_nonce(evaluator, poisoned_scalar());
  const sluis::constant_time::PublicMultiples evaluated(
      "evaluated elements are the answer, and Z, t2 and t3 follow from the proof");
  while (!evaluator.step(1)) continue;
  auto evaluation = evaluator.take().value();
  declassify(evaluation.proof, "a proof is the answer to the client, and of zero knowledge");
  if (!verify(key.bytes(), batch.elements(), evaluation)) throw std::logic_error("evaluate");
}

void deal_and_prove() {
  const Array<64> ceremony{7};
  std::vector<SecretScalar> coefficients;
  for (int j = 0; j < 3; ++j) coefficients.push_back(poisoned_scalar());
  const auto polynomial = Polynomial::from(std::move(coefficients), Constant::some);
  const auto commitments = polynomial.commitments();
  for (const auto& each : commitments) {
    declassify(each.bytes(), "a commitment is sent to every holder");
  }
  const auto proof = known_answers::prove_dealing(ceremony, 1, polynomial.coefficients().front(),
                                                  commitments.front(), poisoned_scalar());
  declassify(proof, "a dealer's proof is sent to every holder");
  if (!verify_dealing(ceremony, 1, commitments.front(), proof)) throw std::logic_error("deal");
  const auto recipient = SealKey::random();
  const auto share = polynomial.at(2);
  const auto sealed = seal_to(recipient.public_key(), share.reveal()).value();
  declassify(sealed, "a sealed share is sent to its holder");
}

void receive_share() {
  const auto secret = SealSecret::random();
  poison(secret.reveal());
  const SealKey key(SealSecret::copy_of(secret.reveal()).value());
  declassify(key.public_key(), "a sealing key stands in the directory");
  const auto share = random_scalar();
  const auto sealed = seal_to(key.public_key(), share.reveal()).value();
  const auto opened = key.open(sealed).value();
  const auto parsed = parse_secret_scalar(opened).value();
  const auto sum = add(parsed, poisoned_scalar());
  const auto own = Element::base_mul(sum.reveal()).value();
  declassify(own.bytes(), "a holder's key K_i stands in the transcript");
}

void lock_and_open() {
  const auto l = poisoned_output();
  const Lock lock(l, 3);
  declassify(lock.check(), "the check C stands in the link");
  std::vector<Point> points;
  for (const char* oin : {"00000099000000001001", "00000099000000001002", "00000099000000001003"}) {
    const auto share = lock.share_for(oin);
    poison(share.y);
    points.push_back(Point::of(oin, share.y).value());
  }
  const auto key = open(3, points, lock.check()).value();
  const auto same = lock.wrap_key();
  if (!equal(key.reveal(), same.reveal())) throw std::logic_error("lock");
}

void wrap_and_unwrap() {
  const WrapPlace place{{"a", "b", "c"}, "d", "e", "f", 2};
  const auto key = poisoned<WrapKey>();
  const auto content_key = poisoned<ContentKey>();
  const auto wrapped = wrap(key, content_key, place);
  declassify(wrapped.box, "a wrapped key stands in the link");
  const auto unwrapped = unwrap(key, wrapped, place).value();
  const auto commitment = sluis::crypto::commitment("c", unwrapped);
  declassify(commitment, "the commitment stands in the signal");
}

void seal_and_open() {
  const ContentPlace place{"a", "b", "c"};
  const auto key = poisoned<ContentKey>();
  const Bytes content(100, 5);
  poison(content);
  const auto sealed = seal_content(key, content, place);
  declassify(sealed.box, "a sealed content is sent");
  static_cast<void>(open_content(key, sealed, place).value());
  const auto local = poisoned<ContentKey>();
  const auto box = seal(local.reveal(), as_view("row"), content);
  declassify(View(box).subspan(24), "a box stands in the store");
  static_cast<void>(open_secret(local.reveal(), as_view("row"), box).value());
}

#ifdef PLANTED_LEAK
// What an early exit of a comparison would be.
__attribute__((noinline)) bool planted_branch(const SecretScalar& scalar) {
  return (scalar.reveal()[5] & 1U) != 0 && std::fputs("odd\n", stderr) > 0;
}

void leak() {
  static_cast<void>(planted_branch(poisoned_scalar()));
}
#endif

}  // namespace

int main() {
  sluis::constant_time::require_valgrind();
  init();
  struct Case {
    const char* name;
    void (*run)();
  };
  const Case cases[] = {
      {"blinds", secret_blinds},
      {"inputs", secret_inputs},
      {"evaluate, prove", evaluate_and_prove},
      {"deal", deal_and_prove},
      {"receive a share", receive_share},
      {"lock, open", lock_and_open},
      {"wrap, unwrap", wrap_and_unwrap},
      {"seal, open", seal_and_open},
#ifdef PLANTED_LEAK
      {"a planted leak", leak},
#endif
  };
  unsigned before = sluis::constant_time::reported();
  for (const auto& each : cases) {
    each.run();
    const unsigned after = sluis::constant_time::reported();
    std::printf("%s: %u reports\n", each.name, after - before);
    before = after;
  }
  return before == 0 ? 0 : 1;
}
