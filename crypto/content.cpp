#include "crypto/content.hpp"

#include <sodium.h>

#include <algorithm>

#include "crypto/hash.hpp"

namespace sluis::crypto {
namespace {

constexpr std::size_t mac_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(mac_bytes == 16 && crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == 24);

Array<24> fresh_nonce() {
  Array<24> nonce;
  fill_random(nonce);
  return nonce;
}

// `box` may begin where `plain` does.
void encrypt(std::uint8_t* box, View plain, View associated, const Array<24>& nonce,
             FixedView<32> key) {
  crypto_aead_xchacha20poly1305_ietf_encrypt(box, nullptr, plain.data(), plain.size(),
                                             associated.data(), associated.size(), nullptr,
                                             nonce.data(), key.data());
}

bool decrypt(std::uint8_t* plain, View box, View associated, const Array<24>& nonce,
             FixedView<32> key) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, nullptr, nullptr, box.data(), box.size(),
                                                    associated.data(), associated.size(),
                                                    nonce.data(), key.data()) == 0;
}

}  // namespace

Bytes content_associated(const ContentPlace& place) {
  const View zero = as_view(zero_byte);
  return concat({as_view("sluis/content/v1"), zero, as_view(place.from), zero, as_view(place.to),
                 zero, as_view(place.signal)});
}

Bytes wrap_associated(const WrapPlace& place) {
  const View zero = as_view(zero_byte);
  const Array<1> k{place.k};
  return concat({as_view("sluis/wrap/v1"), zero, as_view(place.content.from), zero,
                 as_view(place.content.to), zero, as_view(place.content.signal), zero,
                 as_view(place.domain), zero, as_view(place.epoch), zero, as_view(place.kind), zero,
                 k});
}

SealedContent seal_content(const ContentKey& key, View content, const ContentPlace& place) {
  return known_answers::seal_content(key, content, place, fresh_nonce());
}

SealedContent known_answers::seal_content(const ContentKey& key, View content,
                                          const ContentPlace& place, const Array<24>& nonce) {
  // sodium_pad always adds a byte at least, so a full block is followed by an empty one.
  const std::size_t padded = (content.size() / content_block_bytes + 1) * content_block_bytes;
  SealedContent sealed{nonce, Bytes(padded + mac_bytes)};
  std::ranges::copy(content, sealed.box.begin());
  std::size_t size = 0;
  sodium_pad(&size, sealed.box.data(), content.size(), content_block_bytes, padded);
  encrypt(sealed.box.data(), View(sealed.box).first(size), content_associated(place), nonce,
          key.reveal());
  return sealed;
}

std::optional<Bytes> open_content(const ContentKey& key, const SealedContent& sealed,
                                  const ContentPlace& place) {
  if (sealed.box.size() < content_block_bytes + mac_bytes ||
      (sealed.box.size() - mac_bytes) % content_block_bytes != 0) {
    return std::nullopt;
  }
  Bytes content(sealed.box.size() - mac_bytes);
  std::size_t size = 0;
  if (!decrypt(content.data(), sealed.box, content_associated(place), sealed.nonce, key.reveal()) ||
      sodium_unpad(&size, content.data(), content.size(), content_block_bytes) != 0) {
    wipe(content);
    return std::nullopt;
  }
  content.resize(size);
  return content;
}

WrappedKey wrap(const WrapKey& key, const ContentKey& content_key, const WrapPlace& place) {
  return known_answers::wrap(key, content_key, place, fresh_nonce());
}

WrappedKey known_answers::wrap(const WrapKey& key, const ContentKey& content_key,
                               const WrapPlace& place, const Array<24>& nonce) {
  WrappedKey wrapped{nonce, {}};
  encrypt(wrapped.box.data(), content_key.reveal(), wrap_associated(place), nonce, key.reveal());
  return wrapped;
}

std::optional<ContentKey> unwrap(const WrapKey& key, const WrappedKey& wrapped,
                                 const WrapPlace& place) {
  bool opened = false;
  ContentKey content_key = ContentKey::filled([&](auto bytes) {
    opened =
        decrypt(bytes.data(), wrapped.box, wrap_associated(place), wrapped.nonce, key.reveal());
  });
  if (!opened) return std::nullopt;
  return content_key;
}

Array<32> commitment(std::string_view signal, const ContentKey& key) {
  const View zero = as_view(zero_byte);
  return sha512_32(
      {as_view("sluis/content/commitment/v1"), zero, as_view(signal), zero, key.reveal()});
}

}  // namespace sluis::crypto
