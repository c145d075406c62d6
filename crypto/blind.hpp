// The client's half of RFC 9497: blind inputs, and turn what the holders answered into outputs.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "crypto/bytes.hpp"
#include "crypto/scalar.hpp"
#include "crypto/secret.hpp"

namespace sluis::crypto {

/// The bound of protocol.md §3 on one request; nothing in this room takes a larger batch.
inline constexpr std::size_t max_batch_elements = 1024;
/// RFC 9497 §1.2 writes an input's length in two bytes.
inline constexpr std::size_t max_input_bytes = 0xffff;

/// A batch of inputs with fresh, independent blinds. Inputs and blinds are kept in locked memory,
/// together, and wiped with the batch. Not for two threads at once; no step waits for anything.
class BlindBatch {
 public:
  /// Everything at once. Nothing for an empty batch, one above `max_batch_elements`, or an input
  /// above `max_input_bytes`.
  [[nodiscard]] static std::optional<BlindBatch> blind(std::span<const Bytes> inputs);

  /// The same in slices: `start` copies the inputs and draws the blinds, then `step` until true.
  [[nodiscard]] static std::optional<BlindBatch> start(std::span<const Bytes> inputs);
  /// Blinds at most `elements` more (70 µs each); true when all are blinded.
  bool step(std::size_t elements);

  /// blind · HashToGroup(input), in the order of the inputs. As many as have been blinded.
  [[nodiscard]] const std::vector<Array<32>>& elements() const noexcept { return elements_; }
  [[nodiscard]] std::size_t size() const noexcept { return input_ends_.size(); }

  /// Finalize (§3.3.2) of evaluated elements whose proofs have been verified and that have been
  /// combined: 64 bytes for each input, in order. Nothing where the number differs or an element
  /// is malformed or the identity. The outputs are secret: the caller wipes them.
  [[nodiscard]] std::optional<std::vector<Array<64>>> finalize(
      std::span<const Array<32>> evaluated) const;

 private:
  friend class Finalizer;
  friend struct KnownAnswers;
  BlindBatch(std::span<const Bytes> inputs, std::size_t input_bytes);
  [[nodiscard]] View input(std::size_t index) const;
  [[nodiscard]] View blind_of(std::size_t index) const;
  [[nodiscard]] std::span<Scalar> blinds();

  std::vector<std::size_t> input_ends_;  // offsets behind the blinds, one for each input
  SecretBytes memory_;                   // all blinds, then all inputs
  std::vector<Array<32>> elements_;
};

/// Finalize in slices. `batch` and `evaluated` outlive it.
class Finalizer {
 public:
  Finalizer(const BlindBatch& batch, std::span<const Array<32>> evaluated);
  /// Unblinds at most `elements` more (55 µs each); true when there is nothing left to do.
  bool step(std::size_t elements);
  /// After `step` returned true; once.
  [[nodiscard]] std::optional<std::vector<Array<64>>> take();

 private:
  [[nodiscard]] bool unblind(std::size_t index, Array<64>& output) const;

  const BlindBatch& batch_;
  std::span<const Array<32>> evaluated_;
  SecretBytes inverses_;
  std::vector<Array<64>> outputs_;
  bool failed_ = false;
};

}  // namespace sluis::crypto
