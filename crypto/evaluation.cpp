#include "crypto/evaluation.hpp"

#include <sodium.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "crypto/element.hpp"
#include "crypto/suite.hpp"

namespace sluis::crypto {
namespace {

constexpr auto all = std::numeric_limits<std::size_t>::max();

Scalar challenge(const Array<32>& public_key, const Array<32>& m, const Array<32>& z,
                 const Array<32>& t2, const Array<32>& t3) {
  const auto size = suite::two_bytes(32);
  return suite::hash_to_scalar(
      {size, public_key, size, m, size, z, size, t2, size, t3, as_view("Challenge")});
}

}  // namespace

Evaluator::Evaluator(FixedView<32> secret_key, const Array<32>& public_key,
                     std::span<const Array<32>> blinded)
    : secret_key_(secret_key), public_key_(public_key), blinded_(blinded), composites_(public_key) {
  if (blinded_.empty()) refused_ = 0;
  if (blinded_.size() > max_batch_elements) refused_ = max_batch_elements;
  evaluation_.elements.reserve(std::min(blinded_.size(), max_batch_elements));
}

// The multiplication by the key is also the check of the encoding: it refuses what does not decode,
// and the identity, whose multiple is the identity.
bool Evaluator::evaluate_one(std::size_t index) {
  Array<32> evaluated;
  if (!encoded::mul(evaluated, secret_key_, blinded_[index])) return false;
  const Scalar weight = composites_.next_weight(blinded_[index], evaluated);
  if (!Composites::accumulate(sum_, index == 0, weight, blinded_[index])) return false;
  evaluation_.elements.push_back(evaluated);
  return true;
}

bool Evaluator::step(std::size_t elements) {
  auto& done = evaluation_.elements;
  for (; elements > 0 && !refused_ && done.size() < blinded_.size(); --elements) {
    if (!evaluate_one(done.size())) refused_ = done.size();
  }
  if (refused_) return true;
  if (done.size() < blinded_.size()) return false;
  if (!proved_) prove(nonce_ ? std::move(*nonce_) : random_scalar());
  return true;
}

// GenerateProof: Z = k·M, which saves a second sum of multiples.
void Evaluator::prove(const SecretScalar& nonce) {
  Array<32> z;
  Array<32> t2;
  Array<32> t3;
  if (!encoded::mul(z, secret_key_, sum_) || !encoded::mul(t3, nonce.reveal(), sum_) ||
      crypto_scalarmult_ristretto255_base(t2.data(), nonce.reveal().data()) != 0) {
    throw std::logic_error("Evaluator: the sum of the composites is the identity");
  }
  const Scalar c = challenge(public_key_, sum_, z, t2, t3);
  Scratch<32> product;
  Array<32> s;
  crypto_core_ristretto255_scalar_mul(product.bytes.data(), c.bytes.data(), secret_key_.data());
  crypto_core_ristretto255_scalar_sub(s.data(), nonce.reveal().data(), product.bytes.data());
  std::ranges::copy(c.bytes, evaluation_.proof.begin());
  std::ranges::copy(s, evaluation_.proof.begin() + 32);
  proved_ = true;
}

std::optional<Evaluation> Evaluator::take() {
  if (refused_) return std::nullopt;
  if (!proved_) throw std::logic_error("Evaluator: taken before the end");
  return std::move(evaluation_);
}

Verifier::Verifier(const Array<32>& public_key, std::span<const Array<32>> blinded,
                   const Evaluation& evaluation)
    : public_key_(public_key), blinded_(blinded), evaluation_(evaluation), composites_(public_key) {
  if (blinded_.empty() || blinded_.size() > max_batch_elements ||
      blinded_.size() != evaluation_.elements.size()) {
    state_ = State::invalid;
  }
}

bool Verifier::step(std::size_t elements) {
  for (; elements > 0 && state_ == State::pending && next_ < blinded_.size(); --elements) {
    const Array<32>& blinded = blinded_[next_];
    const Array<32>& evaluated = evaluation_.elements[next_];
    const Scalar weight = composites_.next_weight(blinded, evaluated);
    const bool first = next_++ == 0;
    if (!Composites::accumulate(blinded_sum_, first, weight, blinded) ||
        !Composites::accumulate(evaluated_sum_, first, weight, evaluated)) {
      state_ = State::invalid;
    }
  }
  if (state_ == State::pending && next_ == blinded_.size()) {
    state_ = proof_holds() ? State::valid : State::invalid;
  }
  return state_ != State::pending;
}

// t2 = s·G + c·K and t3 = s·M + c·Z give c again. Each multiplication refuses what does not decode,
// so that nothing is decoded once more just to look at it.
bool Verifier::proof_holds() const {
  const View proof(evaluation_.proof);
  const auto c = Scalar::parse(proof.first(32));
  const auto s = Scalar::parse(proof.last(32));
  if (!c || !s) return false;
  Array<32> t2;
  Array<32> t3;
  Array<32> term;
  if (crypto_scalarmult_ristretto255_base(t2.data(), s->bytes.data()) != 0 ||
      !encoded::mul(term, c->bytes, public_key_) || !encoded::add(t2, t2, term) ||
      !encoded::mul(t3, s->bytes, blinded_sum_) || !encoded::mul(term, c->bytes, evaluated_sum_) ||
      !encoded::add(t3, t3, term)) {
    return false;
  }
  return challenge(public_key_, blinded_sum_, evaluated_sum_, t2, t3) == *c;
}

std::optional<Evaluation> evaluate(FixedView<32> secret_key, const Array<32>& public_key,
                                   std::span<const Array<32>> blinded, std::size_t* refused) {
  Evaluator evaluator(secret_key, public_key, blinded);
  evaluator.step(all);
  if (refused != nullptr && evaluator.refused()) *refused = *evaluator.refused();
  return evaluator.take();
}

bool verify(const Array<32>& public_key, std::span<const Array<32>> blinded,
            const Evaluation& evaluation) {
  Verifier verifier(public_key, blinded, evaluation);
  verifier.step(all);
  return verifier.valid();
}

}  // namespace sluis::crypto
