// The bound that benchmarks of a whole machine are held to.
#pragma once

namespace sluis::bench {

/// Raw crypto_scalarmult_ristretto255 a second: `threads` at once, for so many seconds.
[[nodiscard]] double raw_rate(unsigned threads, double seconds);

/// At least 1.
[[nodiscard]] unsigned processors();

}  // namespace sluis::bench
