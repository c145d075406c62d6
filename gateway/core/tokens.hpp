// Machine tokens of this organisation's own systems (api.md): kept as hashes, with a role and a
// last day. The file is the whole truth: what leaves it is out at once.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/result.hpp"
#include "config/time.hpp"
#include "crypto/bytes.hpp"

namespace sluis::gateway {

/// Who calls /v1. `name` is the client's, as the operator gave it: never a person's.
struct Caller {
  std::string id;  // 8 hex digits
  std::string name;
  std::string role;  // one of config::roles
};

struct Token {
  Caller caller;
  crypto::Array<32> hash;  // SHA-256 of the token: a random one of 256 bits needs no slow hash
  config::Timestamp created_at, expires_at;
};

/// The tokens in a file: {"v":1,"tokens":[…]}. A file that is not there holds none.
[[nodiscard]] config::Result<std::vector<Token>> read_tokens(const std::filesystem::path& path);

/// Adds a token and gives it, `sluis_` and 43 characters: it is shown once and kept nowhere.
/// `conflict` when a token that still works has this name; `invalid` for an unknown role or a name
/// outside [a-z0-9-]{1,40}.
[[nodiscard]] config::Result<std::string> create_token(const std::filesystem::path& path,
                                                       std::string_view name, std::string_view role,
                                                       const config::Duration& validity,
                                                       const config::Clock& clock);

/// Takes a token out, by its id or its name. `not_found` when there is none.
[[nodiscard]] config::Result<void> revoke_token(const std::filesystem::path& path,
                                                std::string_view id_or_name);

/// The file as a daemon uses it: looked at for every call, read again when it has changed. A new
/// file that cannot be read is said in the log, and the last good one stays in force. Any thread.
class TokenFile {
 public:
  explicit TokenFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Whose token this is, if it has not expired. Found by hash, so that the time it takes says
  /// nothing of how near a guess was.
  [[nodiscard]] std::optional<Caller> check(std::string_view bearer, config::Timestamp now);

 private:
  struct Version {
    std::uint64_t inode = 0;
    // Of the last change of the file's content, name or mode.
    std::int64_t seconds = 0, nanoseconds = 0, size = 0;
    bool operator==(const Version&) const = default;
  };
  void refresh();  // with mutex_ held

  const std::filesystem::path path_;
  std::mutex mutex_;  // guards what follows
  std::optional<Version> seen_;
  std::unordered_map<std::string, Token> by_hash_;  // by the hash's bytes
};

}  // namespace sluis::gateway
