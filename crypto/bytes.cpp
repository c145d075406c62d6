#include "crypto/bytes.hpp"

#include <sodium.h>

#include <stdexcept>

namespace sluis::crypto {

void init() {
  static const int status = sodium_init();  // -1 failed, 0 now, 1 already
  if (status < 0) throw std::runtime_error("libsodium failed to start: no source of randomness");
}

Bytes concat(std::initializer_list<View> parts) {
  std::size_t size = 0;
  for (const View part : parts) size += part.size();
  Bytes whole;
  whole.reserve(size);
  for (const View part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

bool equal(View a, View b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sluis::crypto
