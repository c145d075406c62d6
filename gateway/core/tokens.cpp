#include "gateway/core/tokens.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "config/ids.hpp"
#include "config/object_reader.hpp"
#include "config/vocabulary.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::string_view prefix = "sluis_";
constexpr std::size_t random_bytes = 32;
constexpr std::size_t token_length = prefix.size() + 43;
constexpr std::size_t most_tokens = 1000;
constexpr std::size_t most_file_bytes = 1U << 20U;

Result<crypto::Array<32>> parse_hash(std::string_view text) {
  const auto bytes = crypto::array_from_base64url<32>(text);
  if (!bytes) return error(Code::invalid, "must be 32 bytes, base64url without padding");
  return *bytes;
}

bool is_role(std::string_view text) {
  return std::ranges::find(config::roles, text) != config::roles.end();
}

Token read_token(config::ObjectReader& in) {
  Token token;
  token.caller.id = in.text("id", {8, 8});
  token.caller.name = in.text("name", {1, 40});
  token.caller.role = in.text("role", {1, 40});
  if (!token.caller.role.empty() && !is_role(token.caller.role)) in.fault("role", "unknown role");
  token.hash = in.parsed("hash", parse_hash).value_or(crypto::Array<32>{});
  token.created_at = in.parsed("createdAt", config::parse_time).value_or(config::Timestamp{});
  token.expires_at = in.parsed("expiresAt", config::parse_time).value_or(config::Timestamp{});
  return token;
}

Result<void> write_tokens(const std::filesystem::path& path, const std::vector<Token>& tokens) {
  nlohmann::ordered_json document{{"v", 1}, {"tokens", nlohmann::ordered_json::array()}};
  for (const auto& token : tokens) {
    document["tokens"].push_back({{"id", token.caller.id},
                                  {"name", token.caller.name},
                                  {"role", token.caller.role},
                                  {"hash", crypto::base64url(token.hash)},
                                  {"createdAt", config::format_time(token.created_at)},
                                  {"expiresAt", config::format_time(token.expires_at)}});
  }
  return replace(path, crypto::as_view(document.dump(2) + "\n"), private_mode);
}

crypto::Array<32> hash_of(std::string_view token) {
  return crypto::sha256({crypto::as_view(token)});
}

std::string fresh_token() {
  crypto::Scratch<random_bytes> random;
  crypto::fill_random(random.bytes);
  return std::string(prefix) + crypto::base64url(random.bytes);
}

std::string fresh_id() {
  crypto::Array<4> random;
  crypto::fill_random(random);
  return crypto::hex(random);
}

}  // namespace

Result<std::vector<Token>> read_tokens(const std::filesystem::path& path) {
  const auto text = read_text(path, most_file_bytes);
  if (!text && text.failure().code == Code::not_found) return std::vector<Token>{};
  if (!text) return text.failure();
  const auto document = config::parse_json(*text);
  if (!document) return error(Code::invalid, path.string() + ": " + document.failure().detail);
  std::vector<Token> tokens;
  std::vector<config::Error> errors;
  config::ObjectReader::read(*document, "", errors, [&](config::ObjectReader& in) {
    in.integer("v", {1, 1});
    in.objects("tokens", {0, most_tokens},
               [&](config::ObjectReader& each) { tokens.push_back(read_token(each)); });
  });
  if (!errors.empty()) return config::join_errors(path.string(), *text, errors);
  return tokens;
}

Result<std::string> create_token(const std::filesystem::path& path, std::string_view name,
                                 std::string_view role, const config::Duration& validity,
                                 const config::Clock& clock) {
  if (!config::is_slug(name)) {
    return error(Code::invalid, "the token's name must be 1 to 40 of a-z, 0-9 and -");
  }
  if (!is_role(role)) {
    return error(Code::invalid,
                 "unknown role; one of sender, procesregisseur, privacy-officer, operator");
  }
  const auto lock = FileLock::acquire(path);
  if (!lock) return lock.failure();
  auto tokens = read_tokens(path);
  if (!tokens) return tokens.failure();
  const auto now = clock.now();
  std::erase_if(*tokens, [&](const Token& token) { return token.expires_at <= now; });
  for (const auto& token : *tokens) {
    if (token.caller.name == name) {
      return error(Code::conflict, path.string() + ": there is a token named " + std::string(name) +
                                       "; revoke it first, or take another name");
    }
  }
  if (tokens->size() >= most_tokens) {
    return error(Code::too_large, path.string() + ": holds " + std::to_string(most_tokens) +
                                      " tokens already; revoke some first");
  }
  auto text = fresh_token();
  tokens->push_back({{fresh_id(), std::string(name), std::string(role)},
                     hash_of(text),
                     now,
                     config::add(now, validity)});
  const auto written = write_tokens(path, *tokens);
  if (!written) return written.failure();
  return text;
}

Result<void> revoke_token(const std::filesystem::path& path, std::string_view id_or_name) {
  const auto lock = FileLock::acquire(path);
  if (!lock) return lock.failure();
  auto tokens = read_tokens(path);
  if (!tokens) return tokens.failure();
  const auto taken_out = std::erase_if(*tokens, [&](const Token& token) {
    return token.caller.id == id_or_name || token.caller.name == id_or_name;
  });
  if (taken_out == 0) {
    return error(Code::not_found, path.string() + ": no token with this id or name; `sluis token " +
                                      "list` shows those that there are");
  }
  return write_tokens(path, *tokens);
}

std::optional<Caller> TokenFile::check(std::string_view bearer, config::Timestamp now) {
  if (bearer.size() != token_length || !bearer.starts_with(prefix)) return std::nullopt;
  const auto hash = hash_of(bearer);
  const std::scoped_lock lock(mutex_);
  refresh();
  const auto found = by_hash_.find(std::string(crypto::as_text(hash)));
  if (found == by_hash_.end() || found->second.expires_at <= now) return std::nullopt;
  return found->second.caller;
}

void TokenFile::refresh() {
  struct stat about {};
  Version version;
  if (::stat(path_.c_str(), &about) == 0) {
    version = {about.st_ino, about.st_ctim.tv_sec, about.st_ctim.tv_nsec, about.st_size};
  } else if (errno != ENOENT) {
    spdlog::error("{}: cannot be looked at; the tokens read before stay in force", path_.string());
    return;
  }
  if (seen_ == version) return;
  seen_ = version;
  auto tokens = read_tokens(path_);
  if (!tokens) {
    spdlog::error("tokens: {}; those read before stay in force", tokens.failure().detail);
    return;
  }
  by_hash_.clear();
  for (auto& token : *tokens) {
    by_hash_.emplace(std::string(crypto::as_text(token.hash)), std::move(token));
  }
}

}  // namespace sluis::gateway
