// Ports that no other test has, so that tests may run side by side.
#pragma once

#include <cstdint>

namespace sluis::test {

/// A free block of ports on 127.0.0.1, ours while this lives. Other test processes know by a locked
/// file a block; ports that somebody else has taken are passed over.
class PortBlock {
 public:
  static constexpr std::uint16_t ports = 60;  // of one region

  /// Throws when every block is taken.
  PortBlock();
  PortBlock(const PortBlock&) = delete;
  PortBlock& operator=(const PortBlock&) = delete;
  ~PortBlock();

  [[nodiscard]] std::uint16_t base() const noexcept { return base_; }

 private:
  int lock_ = -1;
  std::uint16_t base_ = 0;
};

}  // namespace sluis::test
