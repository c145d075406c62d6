#include "gateway/audit/witness.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "gateway/audit/proof.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Result;

constexpr std::size_t time_bytes = 8;
constexpr std::size_t most_proof_lines = 63;
constexpr const char* text_type = "text/plain; charset=utf-8";

std::string cosigned_message(std::string_view body, std::uint64_t seconds) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(body);
}

std::string meta_key(std::string_view hash) {
  return "witness/" + std::string(hash);
}

std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

WitnessAnswer refusal(int status, const std::string& why) {
  return {status, text_type, why + "\n"};
}

/// The specification's words: a signature of a known key that does not verify spoils the note.
bool has_bad_signature(const Note& note, const Verifier& verifier) {
  const auto id = verifier.key_id();
  return std::ranges::any_of(note.signatures, [&](const NoteSignature& one) {
    if (one.name != verifier.name || one.key_id != id) return false;
    return !is_signed_by({note.body, {one}}, verifier);
  });
}

}  // namespace

std::string origin_hash(std::string_view origin) {
  return crypto::hex(crypto::sha256({crypto::as_view(origin)}));
}

Verifier witness_of(const config::Oin& oin, const crypto::Array<32>& witness_key) {
  return {oin.str() + "/witness", witness_key, KeyType::cosignature};
}

std::string cosign(std::string_view body, const std::string& name, const crypto::SigningKey& key,
                   config::Timestamp at) {
  const auto seconds = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  crypto::Array<time_bytes> time;
  for (std::size_t i = 0; i < time_bytes; ++i) {
    time[i] = static_cast<std::uint8_t>(seconds >> (8 * (time_bytes - 1 - i)));
  }
  const auto signature = key.sign(crypto::as_view(cosigned_message(body, seconds)));
  const auto id = Verifier{name, key.public_key(), KeyType::cosignature}.key_id();
  return signature_line(name, crypto::concat({id, time, signature}));
}

std::optional<config::Timestamp> cosigned_at(const Note& note, const Verifier& witness) {
  const auto id = witness.key_id();
  for (const auto& one : note.signatures) {
    if (one.name != witness.name || one.key_id != id) continue;
    if (one.signature.size() != time_bytes + 64) continue;
    std::uint64_t seconds = 0;
    for (std::size_t i = 0; i < time_bytes; ++i) seconds = seconds << 8 | one.signature[i];
    const auto signature = crypto::View(one.signature).subspan(time_bytes).first<64>();
    const auto message = cosigned_message(note.body, seconds);
    if (seconds == 0 || seconds >> 40 != 0) continue;
    if (crypto::verify(witness.key, crypto::as_view(message), signature)) {
      return config::Timestamp(std::chrono::seconds(seconds));
    }
  }
  return std::nullopt;
}

std::string add_checkpoint_body(const AddCheckpoint& request) {
  std::string body = "old " + std::to_string(request.old_size) + "\n";
  for (const auto& hash : request.proof) body += crypto::base64(hash) + "\n";
  return body + "\n" + request.checkpoint;
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  const auto malformed = error(Code::invalid, "not an add-checkpoint request");
  const auto first = take_line(body);
  if (!first || !first->starts_with("old ")) return malformed;
  const auto old_size = parse_size(first->substr(4));
  if (!old_size) return malformed;
  AddCheckpoint request;
  request.old_size = *old_size;
  for (;;) {
    const auto line = take_line(body);
    if (!line) return malformed;
    if (line->empty()) break;
    const auto hash = crypto::from_base64(*line);
    if (!hash || hash->size() != 32 || request.proof.size() == most_proof_lines) return malformed;
    std::ranges::copy(*hash, request.proof.emplace_back().begin());
  }
  request.checkpoint = std::string(body);
  return request;
}

WitnessAnswer Witness::add_checkpoint(store::Transaction& tx, std::string_view body,
                                      const WitnessedLog& log, config::Timestamp now) const {
  const auto request = parse_add_checkpoint(body);
  if (!request) return refusal(400, request.failure().detail);
  const auto note = parse_note(request->checkpoint);
  const auto fresh = note ? parse_checkpoint(note->body) : note.failure();
  if (!fresh) return refusal(400, fresh.failure().detail);
  if (!is_origin_of(fresh->origin, log.oin)) return refusal(404, "unknown log");
  const Verifier verifier{fresh->origin, log.log_key};
  if (!is_signed_by(*note, verifier) || has_bad_signature(*note, verifier)) {
    return refusal(403, "no good signature by the log's key");
  }
  if (request->old_size > fresh->size) return refusal(400, "the old size is the larger one");

  const auto hash = origin_hash(fresh->origin);
  const auto kept = last(tx, hash);
  Checkpoint before;
  if (kept) before = parse_checkpoint(parse_note(*kept).value().body).value();
  if (request->old_size != before.size) {
    return {409, "text/x.tlog.size", std::to_string(before.size) + "\n"};
  }
  if (fresh->size == 0 && fresh->root != CompactRange().root()) {
    return refusal(422, "not the root of an empty tree");
  }
  if (!verify_consistency(before.size, before.root, fresh->size, fresh->root, request->proof)) {
    return refusal(422, "the proof does not show that the log has only grown");
  }
  const auto line = cosign(note->body, name_, key_, now);
  // Kept with the log's signature alone beside ours: others' are nothing that we have checked.
  std::string cosigned = note->body + "\n";
  for (const auto& one : note->signatures) {
    if (is_signed_by({note->body, {one}}, verifier)) {
      cosigned += signature_line(one.name, crypto::concat({one.key_id, one.signature}));
      break;
    }
  }
  tx.put_meta(meta_key(hash), cosigned + line);
  return {200, text_type, line};
}

std::optional<std::string> Witness::last(store::Transaction& tx, std::string_view origin_hash) {
  return tx.meta(meta_key(origin_hash));
}

}  // namespace sluis::gateway::audit
