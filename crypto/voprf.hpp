// RFC 9497 in mode VOPRF, ristretto255-SHA512: the client's half is blind.hpp, the holder's half
// and the proof are evaluation.hpp. A threshold of holders, each a plain server with its weighted
// share, is threshold.hpp.
#pragma once

#include <optional>

#include "crypto/blind.hpp"
#include "crypto/bytes.hpp"
#include "crypto/element.hpp"
#include "crypto/evaluation.hpp"
#include "crypto/scalar.hpp"

namespace sluis::crypto {

/// HashToGroup (RFC 9497 §4.1). Nothing for the identity, which no known input gives.
[[nodiscard]] std::optional<Element> hash_to_group(View input);

struct KeyPair {
  SecretScalar secret_key;
  Element public_key;
};

/// DeriveKeyPair (§3.2.1) from a secret seed and public info of at most 65,535 bytes.
[[nodiscard]] std::optional<KeyPair> derive_key_pair(FixedView<32> seed, View info);

}  // namespace sluis::crypto
