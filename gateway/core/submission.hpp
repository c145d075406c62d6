// A signal as this organisation's own system hands it in, and what became of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/ids.hpp"
#include "config/json.hpp"
#include "config/time.hpp"
#include "crypto/bytes.hpp"
#include "gateway/core/person.hpp"

namespace sluis::gateway {

/// Checked by whoever made it (api): every word is in the vocabulary, the BSN passes the
/// eleven-proof, `observed_at` is not in the future. Lives in memory alone.
struct Submission {
  config::SignalId id;
  Person person;
  std::string theme, severity, purpose;
  config::Timestamp observed_at;
  config::Json contact;  // an object, or null
  config::Json payload;  // an object, or null
  /// The keyed MAC over the JCS of the whole body: tells a repeat from another body.
  crypto::Array<32> body_mac;
};

struct SubmitOutcome {
  enum class Kind { accepted, repeated, refused };
  Kind kind = Kind::refused;
  /// {"id","acceptedAt","partners":[…]}: says nothing of the person.
  config::Json answer;
  std::optional<config::Error> failure;

  static SubmitOutcome refuse(config::Error failure) {
    return {Kind::refused, nullptr, std::move(failure)};
  }
};

}  // namespace sluis::gateway
