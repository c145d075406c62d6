// The holder's half of RFC 9497: evaluate a batch under a key, with one proof that it was that key;
// and the check of that proof.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "crypto/blind.hpp"
#include "crypto/bytes.hpp"
#include "crypto/composites.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto {

/// What one holder answers: k · blinded, in order, and c || s for all of them.
struct Evaluation {
  std::vector<Array<32>> elements;
  Array<64> proof{};
};

/// BlindEvaluate with a batched proof (§3.3.2, §2.2.1), in slices. Two scalar multiplications and
/// one addition an element; two more and one of G a batch. Constant time in the key.
class Evaluator {
 public:
  /// `public_key` is secret_key · G. What is passed outlives the evaluator.
  Evaluator(FixedView<32> secret_key, const Array<32>& public_key,
            std::span<const Array<32>> blinded);
  /// Evaluates at most `elements` more (125 µs each); true when there is nothing left to do.
  bool step(std::size_t elements);
  /// After `step` returned true; once. Nothing where `refused()` has an index.
  [[nodiscard]] std::optional<Evaluation> take();
  /// The first element that is malformed or the identity; 0 for an empty batch, and
  /// `max_batch_elements` for a longer one.
  [[nodiscard]] std::optional<std::size_t> refused() const noexcept { return refused_; }

 private:
  friend struct KnownAnswers;
  [[nodiscard]] bool evaluate_one(std::size_t index);
  void prove(const SecretScalar& nonce);

  FixedView<32> secret_key_;
  Array<32> public_key_;
  std::span<const Array<32>> blinded_;
  Composites composites_;
  Array<32> sum_{};  // M
  Evaluation evaluation_;
  std::optional<std::size_t> refused_;
  std::optional<SecretScalar> nonce_;  // r of the proof
  bool proved_ = false;
};

/// VerifyProof (§2.2.2), in slices. Two scalar multiplications and two additions an element.
class Verifier {
 public:
  /// What is passed outlives the verifier.
  Verifier(const Array<32>& public_key, std::span<const Array<32>> blinded,
           const Evaluation& evaluation);
  /// Takes up at most `elements` more pairs (140 µs each); true when there is nothing left to do.
  bool step(std::size_t elements);
  /// After `step` returned true: whether every element is public_key's multiple of its blinded one.
  [[nodiscard]] bool valid() const noexcept { return state_ == State::valid; }

 private:
  enum class State { pending, valid, invalid };
  [[nodiscard]] bool proof_holds() const;

  Array<32> public_key_;
  std::span<const Array<32>> blinded_;
  const Evaluation& evaluation_;
  Composites composites_;
  Array<32> blinded_sum_{};    // M
  Array<32> evaluated_sum_{};  // Z
  std::size_t next_ = 0;
  State state_ = State::pending;
};

/// An Evaluator run to its end. `refused`, if given, is set where there is no answer.
[[nodiscard]] std::optional<Evaluation> evaluate(FixedView<32> secret_key,
                                                 const Array<32>& public_key,
                                                 std::span<const Array<32>> blinded,
                                                 std::size_t* refused = nullptr);

/// A Verifier run to its end. False for an empty batch, one above `max_batch_elements`, or numbers
/// that differ.
[[nodiscard]] bool verify(const Array<32>& public_key, std::span<const Array<32>> blinded,
                          const Evaluation& evaluation);

}  // namespace sluis::crypto
