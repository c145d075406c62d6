// Messages into bytes (RFC 9112), each as one buffer, so that each is one write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/message.hpp"

namespace sluis::gateway::net {

struct ResponseFraming {
  bool head_only = false;  // the answer to HEAD: every header, no body
  bool close = false;      // say that the connection ends here
};

/// Status line, Date, headers, body. Content-Length is set here. Throws std::invalid_argument for
/// a header that could break out of its line: that is a bug of ours.
[[nodiscard]] std::string wire(const Response& response, ResponseFraming framing);

/// Request line, Host, headers, body. Throws the same for a method, target or header that is not
/// one.
[[nodiscard]] std::string wire(std::string_view method, std::string_view target,
                               std::string_view host, const std::vector<Header>& headers,
                               std::string_view content_type, std::string_view body);

}  // namespace sluis::gateway::net
