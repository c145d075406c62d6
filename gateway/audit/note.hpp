// Signed notes and checkpoints, as c2sp.org/signed-note and c2sp.org/tlog-checkpoint have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/ids.hpp"
#include "config/result.hpp"
#include "crypto/sign.hpp"
#include "gateway/audit/merkle.hpp"

namespace sluis::gateway::audit {

/// What an Ed25519 key signs: the note itself, or a witness's statement about it.
enum class KeyType : std::uint8_t { note = 1, cosignature = 4 };

/// Who signs a note: a name without white space or `+`, and an Ed25519 key.
struct Verifier {
  std::string name;
  crypto::Array<32> key;
  KeyType type = KeyType::note;

  /// The first four bytes of SHA-256(name || 0A || type || key).
  [[nodiscard]] crypto::Array<4> key_id() const;
  /// `<name>+<key id in hex>+<base64 of type || key>`
  [[nodiscard]] std::string vkey() const;
};
/// `invalid` for another form, another type of key, and a key id that does not fit.
[[nodiscard]] config::Result<Verifier> parse_vkey(std::string_view text,
                                                  KeyType type = KeyType::note);

struct NoteSignature {
  std::string name;
  crypto::Array<4> key_id;
  crypto::Bytes signature;  // without the key id
};

struct Note {
  std::string body;  // ends in a line feed
  std::vector<NoteSignature> signatures;
};
/// `invalid` for what is no note: at most 64 KiB, no control characters, at least one and at most
/// 100 signatures.
[[nodiscard]] config::Result<Note> parse_note(std::string_view text);
/// True when one of the signatures is by this key, and good. Others are not looked at.
[[nodiscard]] bool is_signed_by(const Note& note, const Verifier& verifier);
/// `— <name> <base64>`, with its line feed.
[[nodiscard]] std::string signature_line(std::string_view name, crypto::View id_and_signature);
/// The note's text, signed. `body` ends in a line feed.
[[nodiscard]] std::string sign_note(std::string_view body, const std::string& name,
                                    const crypto::SigningKey& key);

/// A log's state: that many records, and their root.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
};
[[nodiscard]] std::string checkpoint_body(std::string_view origin, std::uint64_t size,
                                          const Hash& root);
/// Decimal, without leading zeros.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// `<oin>/audit/<year>`, or that with `-` and eight hex digits behind it.
[[nodiscard]] bool is_origin_of(std::string_view origin, const config::Oin& oin);
/// From a note's body. Extension lines are allowed and left out.
[[nodiscard]] config::Result<Checkpoint> parse_checkpoint(std::string_view body);
/// A checkpoint that this key, whose name is the log's origin, signed. `bad_signature` otherwise.
[[nodiscard]] config::Result<Checkpoint> open_checkpoint(std::string_view note,
                                                         const Verifier& verifier);

}  // namespace sluis::gateway::audit
