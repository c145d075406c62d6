// Envelopes, what is inside them, and receipts: protocol.md §5, between typed values and JSON.
#pragma once

#include <optional>
#include <string>

#include "config/ids.hpp"
#include "config/json.hpp"
#include "config/time.hpp"
#include "crypto/bytes.hpp"
#include "crypto/seal.hpp"
#include "crypto/sign.hpp"
#include "gateway/store/rows.hpp"

namespace sluis::gateway {

/// One sealed message on the wire.
struct Envelope {
  config::EnvelopeId id;
  config::PartnerId from, to;
  crypto::Array<32> seal_key;
  crypto::Bytes sealed;
  crypto::Array<64> signature;

  /// True when `signature` is that of `sign_key` over id, from, to, seal key and sealed.
  [[nodiscard]] bool signed_by(const crypto::Array<32>& sign_key) const;
  void sign(const crypto::SigningKey& key);
  [[nodiscard]] config::Json to_json() const;
  /// `invalid`, with a pointer, for anything but exactly the fields of §5.
  static config::Result<Envelope> from_json(const config::Json& json);
};

/// The inner message of kind "signal".
struct SignalMessage {
  config::EnvelopeId envelope;
  config::PartnerId from, to;
  config::Timestamp created_at;
  config::SignalId id;
  config::DomainId domain;
  std::string theme, purpose, legal_basis;
  config::Timestamp expires_at;
  std::string traceparent;
  std::uint8_t reveal = 0;
  std::vector<store::Link> links;
  crypto::Array<32> commitment;
  crypto::Array<24> content_nonce;
  crypto::Bytes content_box;
  std::optional<crypto::Array<32>> content_key;  // with reveal 1 alone

  [[nodiscard]] config::Json to_json() const;
  /// Errors: `invalid` for another form; `unavailable` for a kind of message that this version does
  /// not take, so that the sender tries again after an upgrade.
  static config::Result<SignalMessage> from_json(const config::Json& json);
};

/// Seals the inner JSON to the recipient and signs the envelope. Nothing for a seal key that is
/// none.
[[nodiscard]] std::optional<Envelope> seal_envelope(const SignalMessage& message,
                                                    const crypto::Array<32>& seal_key,
                                                    const crypto::SigningKey& sign_key);

/// The recipient's signed word on one envelope.
struct Receipt {
  config::EnvelopeId envelope;
  config::PartnerId from, to;
  std::string status;  // stored | duplicate | refused (final) | deferred (try again)
  std::optional<std::string> reason;
  crypto::Array<32> sha256;  // of `sealed`
  config::Timestamp at;
  crypto::Array<64> signature{};

  void sign(const crypto::SigningKey& key);
  [[nodiscard]] bool signed_by(const crypto::Array<32>& sign_key) const;
  [[nodiscard]] config::Json to_json() const;
  static config::Result<Receipt> from_json(const config::Json& json);

 private:
  [[nodiscard]] config::Json unsigned_json() const;
  [[nodiscard]] crypto::Bytes signed_bytes() const;
};

}  // namespace sluis::gateway
