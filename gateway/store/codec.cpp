#include "gateway/store/codec.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "crypto/encoding.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway::store {
namespace {

constexpr std::size_t share_bytes = 1 + 32 + 32;
/// Where a UUID's text has a hyphen: after these many bytes (RFC 9562 §4).
constexpr std::size_t hyphens[] = {4, 6, 8, 10};

template <std::size_t N>
crypto::Array<N> taken(crypto::View bytes, std::size_t offset) {
  crypto::Array<N> part;
  std::ranges::copy(bytes.subspan(offset, N), part.begin());
  return part;
}

void put_big_endian(crypto::Bytes& target, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8) {
    target.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
}

std::int64_t big_endian(crypto::View bytes) {
  std::uint64_t bits = 0;
  for (const auto byte : bytes) bits = bits << 8 | byte;
  return static_cast<std::int64_t>(bits);
}

}  // namespace

std::int64_t millis(Timestamp time) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::optional<std::int64_t> millis(const std::optional<Timestamp>& time) noexcept {
  if (!time) return std::nullopt;
  return millis(*time);
}

Timestamp from_millis(std::int64_t value) noexcept {
  return Timestamp(std::chrono::milliseconds(value));
}

crypto::Array<16> uuid_bytes(std::string_view text) {
  if (text.size() != 36) throw std::invalid_argument("store: not a UUID");
  std::string digits(text);
  std::erase(digits, '-');
  const auto bytes = crypto::array_from_hex<16>(digits);
  if (!bytes || uuid_text(*bytes) != text) throw std::invalid_argument("store: not a UUID");
  return *bytes;
}

std::string uuid_text(const crypto::Array<16>& bytes) {
  std::string text = crypto::hex(bytes);
  std::size_t added = 0;
  for (const auto place : hyphens) text.insert(2 * place + added++, 1, '-');
  return text;
}

crypto::Bytes pack_shares(const std::vector<Share>& shares) {
  crypto::Bytes bytes;
  bytes.reserve(shares.size() * share_bytes);
  for (const auto& share : shares) {
    bytes.push_back(share.k);
    bytes.insert(bytes.end(), share.y.begin(), share.y.end());
    bytes.insert(bytes.end(), share.check.begin(), share.check.end());
  }
  return bytes;
}

std::vector<Share> unpack_shares(crypto::View bytes) {
  if (bytes.size() % share_bytes != 0) throw std::runtime_error("store: shares cut short");
  std::vector<Share> shares;
  shares.reserve(bytes.size() / share_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += share_bytes) {
    shares.push_back({bytes[at], taken<32>(bytes, at + 1), taken<32>(bytes, at + 33)});
  }
  return shares;
}

std::optional<crypto::Array<73>> pack_wrapped(const std::optional<Wrapped>& wrapped) {
  if (!wrapped) return std::nullopt;
  crypto::Array<73> bytes;
  bytes[0] = wrapped->k;
  std::ranges::copy(wrapped->nonce, bytes.begin() + 1);
  std::ranges::copy(wrapped->box, bytes.begin() + 25);
  return bytes;
}

Wrapped unpack_wrapped(const crypto::Array<73>& bytes) {
  return {bytes[0], taken<24>(bytes, 1), taken<48>(bytes, 25)};
}

std::string pack_cursor(const MatchPlace& place) {
  crypto::Bytes bytes;
  put_big_endian(bytes, place.updated_at);
  put_big_endian(bytes, place.id);
  return crypto::base64url(bytes);
}

MatchPlace unpack_cursor(std::string_view cursor) {
  const auto bytes = crypto::array_from_base64url<16>(cursor);
  if (!bytes) throw InvalidCursor("store: not a cursor that this list gave");
  const crypto::View view(*bytes);
  return {big_endian(view.first(8)), big_endian(view.subspan(8))};
}

}  // namespace sluis::gateway::store
