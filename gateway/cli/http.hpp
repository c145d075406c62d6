// One gateway, asked over HTTP: the only file of this room that knows how.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/json.hpp"
#include "config/result.hpp"

namespace sluis::gateway::cli {

/// A gateway's API as one caller sees it.
struct Target {
  std::string url;                    // https://127.0.0.1:17410
  std::filesystem::path authorities;  // PEM: who may vouch for the gateway's certificate
  std::string token;
};

struct Reply {
  unsigned status = 0;
  std::string body;
  std::optional<std::chrono::seconds> retry_after;

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// A kept connection to a gateway's API. One thread at a time.
class ApiClient {
 public:
  /// `invalid` for a URL that is not https://host[:port] or authorities that cannot be read.
  [[nodiscard]] static config::Result<ApiClient> open(const Target& target);
  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;
  ~ApiClient();

  /// One call. `unavailable` when no whole answer came: it may have been done all the same.
  [[nodiscard]] config::Result<Reply> call(std::string_view method, const std::string& path,
                                           std::string_view content_type, std::string body);

 private:
  struct Implementation;
  explicit ApiClient(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

/// GET from a gateway's operator listener: plain HTTP on this machine.
[[nodiscard]] config::Result<Reply> operator_get(std::uint16_t port, const std::string& path);

/// The answer's JSON, or what the gateway refused with: its code, status and detail.
[[nodiscard]] config::Result<config::Json> json_of(const Reply& reply);

}  // namespace sluis::gateway::cli
