#include "gateway/audit/note.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Result;

constexpr std::size_t max_note_bytes = 65536;
constexpr std::size_t max_signatures = 100;
/// An em dash and a space begin every signature line.
constexpr std::string_view signature_prefix = "\xe2\x80\x94 ";

bool is_name(std::string_view name) {
  const auto unfit = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '+'; };
  return !name.empty() && std::ranges::none_of(name, unfit);
}

crypto::Bytes typed_key(const Verifier& verifier) {
  return crypto::concat({crypto::Array<1>{static_cast<std::uint8_t>(verifier.type)}, verifier.key});
}

/// Takes a line off the front of `text`, or nothing where no line feed is left.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(signature_prefix)) return std::nullopt;
  line.remove_prefix(signature_prefix.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos || !is_name(line.substr(0, space))) return std::nullopt;
  const auto bytes = crypto::from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return std::nullopt;
  NoteSignature signature{std::string(line.substr(0, space)), {}, {}};
  std::copy_n(bytes->begin(), 4, signature.key_id.begin());
  signature.signature.assign(bytes->begin() + 4, bytes->end());
  return signature;
}

}  // namespace

crypto::Array<4> Verifier::key_id() const {
  const auto hash =
      crypto::sha256({crypto::as_view(name), crypto::as_view("\n"), typed_key(*this)});
  crypto::Array<4> id;
  std::copy_n(hash.begin(), 4, id.begin());
  return id;
}

std::string Verifier::vkey() const {
  return name + "+" + crypto::hex(key_id()) + "+" + crypto::base64(typed_key(*this));
}

Result<Verifier> parse_vkey(std::string_view text, KeyType type) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || !is_name(text.substr(0, first))) {
    return error(Code::invalid, "malformed verifier key: want name+id+key");
  }
  const auto key = crypto::from_base64(text.substr(second + 1));
  if (!key || key->size() != 33 || key->front() != static_cast<std::uint8_t>(type)) {
    return error(Code::invalid,
                 "malformed verifier key: want 33 bytes, the first "
                 "of them its type, 1 for a log and 4 for a witness");
  }
  Verifier verifier{std::string(text.substr(0, first)), {}, type};
  std::copy(key->begin() + 1, key->end(), verifier.key.begin());
  if (crypto::hex(verifier.key_id()) != text.substr(first + 1, second - first - 1)) {
    return error(Code::invalid, "malformed verifier key: its id is that of another key");
  }
  return verifier;
}

Result<Note> parse_note(std::string_view text) {
  if (text.size() > max_note_bytes) return error(Code::too_large, "a note of more than 64 KiB");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; };
  const auto gap = text.rfind("\n\n");
  if (gap == std::string_view::npos || std::ranges::any_of(text, control)) {
    return error(Code::invalid, "not a signed note");
  }
  Note note{std::string(text.substr(0, gap + 1)), {}};
  auto rest = text.substr(gap + 2);
  while (const auto line = take_line(rest)) {
    auto signature = parse_signature(*line);
    if (!signature || note.signatures.size() == max_signatures) {
      return error(Code::invalid, "a note with a malformed signature line");
    }
    note.signatures.push_back(std::move(*signature));
  }
  if (!rest.empty() || note.signatures.empty()) {
    return error(Code::invalid, "a note that is cut short");
  }
  return note;
}

bool is_signed_by(const Note& note, const Verifier& verifier) {
  const auto id = verifier.key_id();
  return std::ranges::any_of(note.signatures, [&](const NoteSignature& one) {
    return one.name == verifier.name && one.key_id == id && one.signature.size() == 64 &&
           crypto::verify(verifier.key, crypto::as_view(note.body),
                          crypto::View(one.signature).first<64>());
  });
}

std::string signature_line(std::string_view name, crypto::View id_and_signature) {
  return std::string(signature_prefix) + std::string(name) + " " +
         crypto::base64(id_and_signature) + "\n";
}

std::string sign_note(std::string_view body, const std::string& name,
                      const crypto::SigningKey& key) {
  const auto signature = key.sign(crypto::as_view(body));
  const auto id = Verifier{name, key.public_key()}.key_id();
  return std::string(body) + "\n" + signature_line(name, crypto::concat({id, signature}));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return size;
}

bool is_origin_of(std::string_view origin, const config::Oin& oin) {
  const auto start = oin.str() + "/audit/";
  return origin.starts_with(start) && is_log_name(origin.substr(start.size()));
}

std::string checkpoint_body(std::string_view origin, std::uint64_t size, const Hash& root) {
  return std::string(origin) + "\n" + std::to_string(size) + "\n" + crypto::base64(root) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view body) {
  const auto origin = take_line(body);
  const auto size_line = take_line(body);
  const auto root_line = take_line(body);
  if (!root_line || origin->empty()) return error(Code::invalid, "not a checkpoint");
  const auto size = parse_size(*size_line);
  const auto root = crypto::from_base64(*root_line);
  if (!size || !root || root->size() != 32) return error(Code::invalid, "not a checkpoint");
  while (const auto extension = take_line(body)) {
    if (extension->empty()) return error(Code::invalid, "not a checkpoint");
  }
  Checkpoint checkpoint{std::string(*origin), *size, {}};
  std::ranges::copy(*root, checkpoint.root.begin());
  return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view text, const Verifier& verifier) {
  auto note = parse_note(text);
  if (!note) return note.failure();
  if (!is_signed_by(*note, verifier)) {
    return error(Code::bad_signature, "a checkpoint without a good signature by " + verifier.name);
  }
  auto checkpoint = parse_checkpoint(note->body);
  if (checkpoint && checkpoint->origin != verifier.name) {
    return error(Code::bad_signature, "a checkpoint of another log than " + verifier.name);
  }
  return checkpoint;
}

}  // namespace sluis::gateway::audit
