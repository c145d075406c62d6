// What a batch costs, against the scalar multiplications that it cannot do without. One thread.
// Every slice of work is followed by a slice of raw multiplications, so that a machine that slows
// down slows both; figures are medians over rounds.
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "crypto/threshold.hpp"
#include "crypto/voprf.hpp"

using namespace sluis::crypto;

namespace {

constexpr int rounds = 5;
constexpr std::size_t elements_a_round = 128;  // at least: a round does whole batches
constexpr std::size_t slice_elements = 8;
constexpr std::size_t raw_a_slice = 8;
const std::vector<std::uint32_t> asked{1, 2};

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("crypto_bench: ") + what);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Seconds of work and of raw multiplications, taken in turns.
class Meter {
 public:
  /// Calls `step` until it returns true.
  template <class Step>
  void run(Step step) {
    for (bool done = false; !done;) {
      const auto start = Clock::now();
      done = step();
      const auto middle = Clock::now();
      multiply();
      work_ += std::chrono::duration<double>(middle - start).count();
      raw_ += std::chrono::duration<double>(Clock::now() - middle).count();
    }
  }
  [[nodiscard]] double work_seconds() const { return work_; }
  [[nodiscard]] double raw_seconds() const { return raw_ / static_cast<double>(raw_count_); }

 private:
  using Clock = std::chrono::steady_clock;
  void multiply() {
    for (std::size_t i = 0; i < raw_a_slice; ++i) {
      require(crypto_scalarmult_ristretto255(point_.data(), scalar_.reveal().data(),
                                             point_.data()) == 0,
              "scalarmult");
    }
    raw_count_ += raw_a_slice;
  }
  SecretScalar scalar_ = random_scalar();
  Array<32> point_ = Element::base_mul(scalar_.reveal())->bytes();
  double work_ = 0;
  double raw_ = 0;
  std::size_t raw_count_ = 0;
};

struct Holder {
  SecretScalar share;
  Array<32> key;
};

std::vector<Holder> make_holders() {
  const Dealt dealt = deal(2, 3);
  std::vector<Holder> holders;
  holders.reserve(asked.size());
  for (const std::uint32_t i : asked) {
    holders.push_back({weighted_share(dealt.shares[i - 1], i, asked),
                       weighted_public(dealt.K_i[i - 1], i, asked).bytes()});
  }
  return holders;
}

std::vector<Bytes> make_inputs(std::size_t count) {
  std::vector<Bytes> inputs(count, Bytes(60));
  for (Bytes& input : inputs) fill_random(input);
  return inputs;
}

Evaluation holder_side(Meter& meter, const Holder& holder, const BlindBatch& batch) {
  Evaluator evaluator(holder.share.reveal(), holder.key, batch.elements());
  meter.run([&] { return evaluator.step(slice_elements); });
  return evaluator.take().value();
}

BlindBatch blind(Meter& meter, const std::vector<Bytes>& inputs) {
  std::optional<BlindBatch> batch;
  meter.run([&] {
    if (!batch) batch = BlindBatch::start(inputs);
    return batch->step(slice_elements);
  });
  return std::move(*batch);
}

void client_side(Meter& meter, const std::vector<Holder>& holders, std::size_t size) {
  const BlindBatch batch = blind(meter, make_inputs(size));
  std::vector<std::vector<Array<32>>> answers;
  for (const Holder& holder : holders) {
    Meter not_ours;
    const Evaluation evaluation = holder_side(not_ours, holder, batch);
    Verifier verifier(holder.key, batch.elements(), evaluation);
    meter.run([&] { return verifier.step(slice_elements); });
    require(verifier.valid(), "verify");
    answers.push_back(evaluation.elements);
  }
  std::vector<Array<32>> sums;
  meter.run([&] {
    sums = combine(answers).value();
    return true;
  });
  std::unique_ptr<Finalizer> finalizer;
  meter.run([&] {
    if (!finalizer) finalizer = std::make_unique<Finalizer>(batch, sums);
    return finalizer->step(slice_elements);
  });
  require(finalizer->take().has_value(), "finalize");
}

struct Figures {
  double raw_seconds;
  double element_seconds;
  double ratio;
};

// `work(meter)` does one batch of `size`, which cannot take less than `bound` multiplications an
// element.
template <class Work>
Figures measure(const char* what, std::size_t size, int bound, Work work) {
  std::vector<double> raw;
  std::vector<double> element;
  std::vector<double> ratio;
  for (int round = 0; round < rounds; ++round) {
    Meter meter;
    std::size_t elements = 0;
    for (; elements < elements_a_round; elements += size) work(meter);
    raw.push_back(meter.raw_seconds());
    element.push_back(meter.work_seconds() / static_cast<double>(elements));
    ratio.push_back(bound * raw.back() / element.back());
  }
  const Figures figures{median(raw), median(element), median(ratio)};
  std::printf("%-22s %6zu %8.1f %8.1f %11.0f %7d %7.3f\n", what, size, figures.raw_seconds * 1e6,
              figures.element_seconds * 1e6, 1 / figures.element_seconds, bound, figures.ratio);
  return figures;
}

void run() {
  init();
  const std::vector<Holder> holders = make_holders();
  std::printf("%-22s %6s %8s %8s %11s %7s %7s\n", "one thread", "batch", "raw us", "us each",
              "elements/s", "bound", "ratio");
  Figures headline{};
  for (const std::size_t size : {1U, 32U, 1000U}) {
    const BlindBatch batch = BlindBatch::blind(make_inputs(size)).value();
    headline = measure("evaluate and prove", size, 2,
                       [&](Meter& meter) { holder_side(meter, holders[0], batch); });
  }
  for (const std::size_t size : {1U, 32U, 1000U}) {
    measure("client, two holders", size, 6,
            [&](Meter& meter) { client_side(meter, holders, size); });
  }
  std::printf(
      "raw: one crypto_scalarmult_ristretto255; bound: how many of them an element needs\n");
  std::printf("crypto: %.0f elements/s, ratio %.3f of 2 scalar multiplications an element\n",
              1 / headline.element_seconds, headline.ratio);
}

}  // namespace

int main() {
  try {
    run();
  } catch (const std::exception& failure) {
    static_cast<void>(std::fprintf(stderr, "%s\n", failure.what()));
    return 1;
  }
}
