// Every refusal as application/problem+json (RFC 9457).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "gateway/net/message.hpp"

namespace sluis::gateway::net {

/// The HTTP status that a code is answered with.
[[nodiscard]] int status_of(config::Code code) noexcept;

/// `{"status","title","detail","code","errors":[…]}`. The title is `config::public_message(code)`;
/// without a `detail` it stands there too. `detail` and `errors` are sent as they are, so the
/// caller passes only what this asker may see.
///
/// An error's pointer says where in the input it is: a JSON Pointer gives
/// `"in":"body","pointer":…`,
/// `?name` gives `"in":"query","name":…`; each also has its own `code` and `detail`. 503 carries a
/// Retry-After that the caller may replace.
[[nodiscard]] Response problem(config::Code code, std::string detail = {},
                               const std::vector<config::Error>& errors = {});

/// One error as a whole answer: its detail, its place where it has one, its Retry-After.
[[nodiscard]] Response problem(const config::Error& why);

/// For what only HTTP can get wrong, and has no code of ours: 405, 415, 417, …
[[nodiscard]] Response problem(int status, std::string_view code, std::string_view title);

}  // namespace sluis::gateway::net
