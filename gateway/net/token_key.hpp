// A TLS key that stays inside a PKCS #11 token. Inside this room only.
#pragma once

#include "config/result.hpp"
#include "gateway/net/openssl.hpp"
#include "gateway/net/tls.hpp"

namespace sluis::gateway::net {

/// The key as OpenSSL uses it: each signature is made by the token. The engine cannot look through
/// a token that has an Ed25519 key too: this key needs one of its own. `unavailable` when the
/// engine or the module cannot be loaded, `invalid` when the token has no such key or refuses the
/// PIN. Any thread.
[[nodiscard]] config::Result<KeyPtr> key_in_token(const KeyInToken& key);

}  // namespace sluis::gateway::net
