// In which language the sentences of an answer are: Dutch, or English for who asks for it.
#pragma once

#include "config/json.hpp"
#include "gateway/net/message.hpp"
#include "policy/text.hpp"

namespace sluis::gateway::api {

/// By Accept-Language (RFC 9110 §12.5.4): whichever of Dutch and English weighs more, of two that
/// weigh the same the one that stands first. Dutch where neither is named.
[[nodiscard]] policy::Language language_of(const net::Request& request);

/// Each object that is a text in both languages, {"nl","en"}, becomes the text in this one. For
/// what is ours alone: in what a partner sent, such an object is content.
[[nodiscard]] config::Json in_language(config::Json ours, policy::Language language);

/// Content-Language, and Vary for caches.
void name_language(net::Response& response, policy::Language language);

/// JSON with its language named.
[[nodiscard]] net::Response told(int status, const config::Json& answer, policy::Language language);

/// The answer to a signal, with the decisions' texts in one language. Those that an earlier version
/// kept are in Dutch alone, and stay so.
[[nodiscard]] config::Json signal_told(config::Json answer, policy::Language language);

}  // namespace sluis::gateway::api
