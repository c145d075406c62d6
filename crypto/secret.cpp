#include "crypto/secret.hpp"

#include <sodium.h>

#include <mutex>
#include <new>
#include <vector>

namespace sluis::crypto {
namespace {

std::uint8_t* allocate(std::size_t size) {
  init();  // sodium_malloc before sodium_init would fence with an unset canary
  void* const memory = sodium_malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<std::uint8_t*>(memory);
}

class Pool {
 public:
  std::uint8_t* acquire() {
    const std::lock_guard guard(mutex_);
    if (free_.empty()) grow();
    std::uint8_t* const slot = free_.back();
    free_.pop_back();
    return slot;
  }

  void release(std::uint8_t* slot) noexcept {
    sodium_memzero(slot, locked_pool::slot_bytes);
    const std::lock_guard guard(mutex_);
    free_.push_back(slot);  // has room: see grow()
  }

 private:
  static constexpr std::size_t arena_slots = 256;  // 16 KiB

  // Arenas are never given back: what a busy moment needed, the next one will need.
  void grow() {
    free_.reserve(slots_ + arena_slots);
    std::uint8_t* const arena = allocate(arena_slots * locked_pool::slot_bytes);
    slots_ += arena_slots;
    sodium_memzero(arena, arena_slots * locked_pool::slot_bytes);
    for (std::size_t i = 0; i < arena_slots; ++i) {
      free_.push_back(arena + i * locked_pool::slot_bytes);
    }
  }

  std::mutex mutex_;
  std::vector<std::uint8_t*> free_;  // guarded by mutex_
  std::size_t slots_ = 0;            // guarded by mutex_
};

// Outlives every Secret, those in static objects too: it is never destroyed.
Pool& pool() {
  static Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

void wipe(std::span<std::uint8_t> bytes) noexcept {
  sodium_memzero(bytes.data(), bytes.size());
}

void fill_random(std::span<std::uint8_t> bytes) {
  init();
  randombytes_buf(bytes.data(), bytes.size());
}

namespace locked_pool {
std::uint8_t* acquire() {
  return pool().acquire();
}
void release(std::uint8_t* slot) noexcept {
  pool().release(slot);
}
}  // namespace locked_pool

SecretBytes::SecretBytes(std::size_t size) : data_(allocate(size)), size_(size) {
  sodium_memzero(data_, size_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  SecretBytes taken(std::move(other));
  std::swap(data_, taken.data_);
  std::swap(size_, taken.size_);
  return *this;
}

SecretBytes::~SecretBytes() {
  sodium_free(data_);
}  // wipes; takes nullptr

}  // namespace sluis::crypto
