#include "crypto/blind.hpp"

#include <sodium.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "crypto/element.hpp"
#include "crypto/hash.hpp"
#include "crypto/suite.hpp"

namespace sluis::crypto {
namespace {

constexpr auto all = std::numeric_limits<std::size_t>::max();

bool fits(std::span<const Bytes> inputs) {
  return !inputs.empty() && inputs.size() <= max_batch_elements &&
         std::ranges::all_of(inputs, [](const Bytes& x) { return x.size() <= max_input_bytes; });
}

}  // namespace

BlindBatch::BlindBatch(std::span<const Bytes> inputs, std::size_t input_bytes)
    : memory_(inputs.size() * sizeof(Scalar) + input_bytes) {
  input_ends_.reserve(inputs.size());
  elements_.reserve(inputs.size());
  std::size_t end = inputs.size() * sizeof(Scalar);
  for (const Bytes& input : inputs) {
    std::ranges::copy(input, memory_.bytes().subspan(end).begin());
    end += input.size();
    input_ends_.push_back(end);
  }
}

View BlindBatch::input(std::size_t index) const {
  const std::size_t begin = index == 0 ? size() * sizeof(Scalar) : input_ends_[index - 1];
  return memory_.reveal().subspan(begin, input_ends_[index] - begin);
}

View BlindBatch::blind_of(std::size_t index) const {
  return memory_.reveal().subspan(index * sizeof(Scalar), sizeof(Scalar));
}

std::span<Scalar> BlindBatch::blinds() {
  return scalars_in(memory_.bytes().first(size() * sizeof(Scalar)));
}

std::optional<BlindBatch> BlindBatch::start(std::span<const Bytes> inputs) {
  if (!fits(inputs)) return std::nullopt;
  std::size_t input_bytes = 0;
  for (const Bytes& input : inputs) input_bytes += input.size();
  BlindBatch batch(inputs, input_bytes);
  for (Scalar& blind : batch.blinds()) {
    crypto_core_ristretto255_scalar_random(blind.bytes.data());
  }
  return batch;
}

bool BlindBatch::step(std::size_t elements) {
  const std::size_t end = elements_.size() + std::min(elements, size() - elements_.size());
  for (std::size_t i = elements_.size(); i < end; ++i) {
    Scratch<64> uniform(suite::uniform_for_group(input(i)));
    Scratch<32> point;
    crypto_core_ristretto255_from_hash(point.bytes.data(), uniform.bytes.data());
    Array<32> blinded;
    if (crypto_scalarmult_ristretto255(blinded.data(), blind_of(i).data(), point.bytes.data()) !=
        0) {
      // An input that hashes to the identity would break SHA-512 or the map.
      throw std::logic_error("BlindBatch: an input has no element");
    }
    elements_.push_back(blinded);
  }
  return elements_.size() == size();
}

std::optional<BlindBatch> BlindBatch::blind(std::span<const Bytes> inputs) {
  auto batch = start(inputs);
  if (batch) batch->step(all);
  return batch;
}

std::optional<std::vector<Array<64>>> BlindBatch::finalize(
    std::span<const Array<32>> evaluated) const {
  Finalizer finalizer(*this, evaluated);
  finalizer.step(all);
  return finalizer.take();
}

Finalizer::Finalizer(const BlindBatch& batch, std::span<const Array<32>> evaluated)
    : batch_(batch),
      evaluated_(evaluated),
      inverses_(batch.size() * sizeof(Scalar)),
      failed_(evaluated.size() != batch.size()) {
  std::ranges::copy(batch.memory_.reveal().first(inverses_.bytes().size()),
                    inverses_.bytes().begin());
  failed_ = failed_ || !batch_invert(scalars_in(inverses_.bytes()));
  outputs_.reserve(batch.size());
}

bool Finalizer::unblind(std::size_t index, Array<64>& output) const {
  const View inverse = inverses_.reveal().subspan(index * sizeof(Scalar), sizeof(Scalar));
  Scratch<32> unblinded;
  if (!encoded::mul(unblinded.bytes, inverse.first<sizeof(Scalar)>(), evaluated_[index])) {
    return false;
  }
  const View input = batch_.input(index);
  output = sha512({suite::two_bytes(input.size()), input, suite::two_bytes(32), unblinded.bytes,
                   as_view("Finalize")});
  return true;
}

bool Finalizer::step(std::size_t elements) {
  for (; elements > 0 && !failed_ && outputs_.size() < batch_.size(); --elements) {
    Array<64> output;
    failed_ = !unblind(outputs_.size(), output);
    if (!failed_) outputs_.push_back(output);
    wipe(output);
  }
  return failed_ || outputs_.size() == batch_.size();
}

std::optional<std::vector<Array<64>>> Finalizer::take() {
  if (failed_) return std::nullopt;
  if (outputs_.size() != batch_.size()) throw std::logic_error("Finalizer: taken before the end");
  return std::move(outputs_);
}

}  // namespace sluis::crypto
