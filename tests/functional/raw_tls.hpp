// Bytes over TLS that no honest client would send: requests that end too soon.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tests/functional/region.hpp"

namespace sluis::test {

/// Connects to 127.0.0.1, sends `bytes` and drops the connection. What had come back by then, or
/// nothing when there was no connection.
std::optional<std::string> send_and_drop(std::uint16_t port, const Identity& as,
                                         std::string_view bytes);

}  // namespace sluis::test
