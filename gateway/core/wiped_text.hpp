// Text about a person: wiped when it goes, never copied by accident, never printed.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "crypto/secret.hpp"

namespace sluis::gateway {

/// Always on the heap, so that a move hands over the pointer and leaves no second copy behind, as
/// a short std::string would. No ==, no <<.
class WipedText {
 public:
  WipedText() = default;
  explicit WipedText(std::string_view text)
      : bytes_(text.empty() ? nullptr : new char[text.size()]), size_(text.size()) {
    if (bytes_) text.copy(bytes_.get(), size_);
  }
  WipedText(WipedText&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  WipedText& operator=(WipedText&& other) noexcept {
    WipedText taken(std::move(other));  // so that what this one held is wiped now
    std::swap(bytes_, taken.bytes_);
    std::swap(size_, taken.size_);
    return *this;
  }
  ~WipedText() {
    if (bytes_) crypto::wipe({reinterpret_cast<std::uint8_t*>(bytes_.get()), size_});
  }

  [[nodiscard]] std::string_view view() const& noexcept { return {bytes_.get(), size_}; }
  operator std::string_view() const& noexcept { return view(); }  // NOLINT(*-explicit-*)
  void view() const&& = delete;  // a view into a temporary would dangle
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// Wipes a std::string that had to hold such text for a moment.
class WipeAtEnd {
 public:
  explicit WipeAtEnd(std::string& text) : text_(text) {}
  WipeAtEnd(const WipeAtEnd&) = delete;
  WipeAtEnd& operator=(const WipeAtEnd&) = delete;
  ~WipeAtEnd() { crypto::wipe({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()}); }

 private:
  std::string& text_;
};

}  // namespace sluis::gateway
