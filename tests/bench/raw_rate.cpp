#include "tests/bench/raw_rate.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

namespace sluis::bench {

double raw_rate(unsigned threads, double seconds) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::thread> workers;
  std::vector<std::uint64_t> counts(threads);
  const auto begin = Clock::now();
  const auto since = [begin] {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&, i] {
      std::array<unsigned char, 32> scalar{}, point{};
      crypto_core_ristretto255_scalar_random(scalar.data());
      crypto_core_ristretto255_random(point.data());
      while (since() < seconds) {
        for (int n = 0; n < 50; ++n)
          if (crypto_scalarmult_ristretto255(point.data(), scalar.data(), point.data()) != 0)
            std::abort();
        counts[i] += 50;
      }
    });
  for (auto& worker : workers) worker.join();
  std::uint64_t all = 0;
  for (const auto count : counts) all += count;
  return static_cast<double>(all) / since();
}

unsigned processors() {
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace sluis::bench
