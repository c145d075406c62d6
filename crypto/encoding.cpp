#include "crypto/encoding.hpp"

#include <sodium.h>

namespace sluis::crypto {
namespace {

constexpr int url_variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr int standard_variant = sodium_base64_VARIANT_ORIGINAL;

std::string encode(View bytes, int variant) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // libsodium ends it with a zero byte
  return text;
}

// libsodium refuses trailing bits and wrong padding itself; without an end pointer it also refuses
// whatever is left after the last group. But 1.0.18 takes any byte above 0x7f for one of the
// alphabet.
bool decode(std::string_view text, int variant, std::span<std::uint8_t> room, std::size_t& size) {
  unsigned all = 0;  // no branch on a character: the text may be that of a secret
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80 && sodium_base642bin(room.data(), room.size(), text.data(), text.size(),
                                         nullptr, &size, nullptr, variant) == 0;
}

std::optional<Bytes> decode(std::string_view text, int variant) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  if (!decode(text, variant, bytes, size)) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string base64url(View bytes) {
  return encode(bytes, url_variant);
}
std::optional<Bytes> from_base64url(std::string_view text) {
  return decode(text, url_variant);
}

std::string base64(View bytes) {
  return encode(bytes, standard_variant);
}
std::optional<Bytes> from_base64(std::string_view text) {
  return decode(text, standard_variant);
}

bool base64url_into(std::string_view text, std::span<std::uint8_t> target) {
  std::size_t size = 0;
  if (decode(text, url_variant, target, size) && size == target.size()) return true;
  sodium_memzero(target.data(), target.size());
  return false;
}

std::string hex(View bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  Bytes bytes(text.size() / 2 + 1);
  std::size_t size = 0;
  if (sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                     nullptr) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace sluis::crypto
