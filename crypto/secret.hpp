// Where secret bytes live: locked, fenced by guard pages, wiped when freed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "crypto/bytes.hpp"

namespace sluis::crypto {

/// Overwrites in a way that the compiler may not leave out.
void wipe(std::span<std::uint8_t> bytes) noexcept;
void fill_random(std::span<std::uint8_t> bytes);

/// Slots for small secrets inside pages that libsodium locked and fenced. A page fence for every
/// 32 bytes would cost 15 µs and four mappings each; the slots of one arena share theirs. All
/// functions are thread safe. When the system refuses to lock (RLIMIT_MEMLOCK), the pages are
/// still kept out of core dumps, fenced and wiped. Throws std::bad_alloc.
namespace locked_pool {
inline constexpr std::size_t slot_bytes = 64;
[[nodiscard]] std::uint8_t* acquire();      // zeroes
void release(std::uint8_t* slot) noexcept;  // wipes all of it
}  // namespace locked_pool

/// Scalars are not uniform bytes: `SecretScalar::random()` does not compile, see random_scalar().
struct ScalarTag;

/// N secret bytes for one purpose. A move hands over the pointer: no second copy is ever made.
/// No copy, no ==, no <<.
template <class Tag, std::size_t N>
class Secret {
  static_assert(N > 0 && N <= locked_pool::slot_bytes);

 public:
  /// N uniformly random bytes.
  [[nodiscard]] static Secret random() requires(!std::is_same_v<Tag, ScalarTag>) {
    return filled([](std::span<std::uint8_t, N> bytes) { fill_random(bytes); });
  }
  /// Copies `source` in and wipes it, so that the caller keeps nothing.
  [[nodiscard]] static Secret take(std::span<std::uint8_t, N> source) {
    Secret secret = filled([&](auto bytes) { std::ranges::copy(source, bytes.begin()); });
    wipe(source);
    return secret;
  }
  /// For what was read from a key file. Nothing unless it is N bytes; the caller wipes `source`.
  [[nodiscard]] static std::optional<Secret> copy_of(View source) {
    if (source.size() != N) return std::nullopt;
    return filled([&](auto bytes) { std::ranges::copy(source, bytes.begin()); });
  }
  /// Lets `write` compute the bytes in place; they start as zeroes.
  template <class Write>
  [[nodiscard]] static Secret filled(Write&& write) {
    Secret secret;
    write(std::span<std::uint8_t, N>(secret.bytes_, N));
    return secret;
  }

  Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)) {}
  Secret& operator=(Secret&& other) noexcept {
    Secret taken(std::move(other));  // so that what this one held is wiped now
    std::swap(bytes_, taken.bytes_);
    return *this;
  }
  ~Secret() {
    if (bytes_ != nullptr) locked_pool::release(bytes_);
  }

  /// The one door to the bytes: `grep 'reveal()'` lists every use. Throws std::logic_error after
  /// a move.
  [[nodiscard]] FixedView<N> reveal() const& {
    if (bytes_ == nullptr) throw std::logic_error("Secret: revealed after it was moved from");
    return FixedView<N>(bytes_, N);
  }
  void reveal() const&& = delete;  // a view into a temporary would dangle

 private:
  Secret() : bytes_(locked_pool::acquire()) {}
  std::uint8_t* bytes_;
};

/// Secret bytes whose number is known at run time only, in pages of their own: locked, fenced,
/// wiped. Costs some 20 µs to make and to free: one for a batch, never one for an element.
class SecretBytes {
 public:
  explicit SecretBytes(std::size_t size);  // zeroes
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  ~SecretBytes();

  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return {data_, size_}; }
  [[nodiscard]] View reveal() const& noexcept { return {data_, size_}; }
  void reveal() const&& = delete;

 private:
  std::uint8_t* data_;
  std::size_t size_;
};

/// N bytes on the stack, wiped at the end of their scope: for the middle of a calculation.
template <std::size_t N>
struct Scratch {
  Scratch() = default;
  explicit Scratch(const Array<N>& value) : bytes(value) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { wipe(bytes); }
  Array<N> bytes{};
};

}  // namespace sluis::crypto
