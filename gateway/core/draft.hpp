// A signal on its way from submission to commit: what submit and its closing step work on.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "gateway/core/envelope.hpp"
#include "gateway/core/linkage.hpp"
#include "gateway/core/peers.hpp"
#include "gateway/core/region.hpp"
#include "gateway/core/submission.hpp"
#include "gateway/core/trace.hpp"
#include "policy/decide.hpp"

namespace sluis::gateway {

/// One pseudonym to be: a linkage key in one epoch. The outputs are secret and wiped once used.
struct DraftLink {
  const LinkageKey* key = nullptr;  // owned by the draft
  const config::Epoch* epoch = nullptr;
  crypto::Array<64> tag_output{}, lock_output{};
};

/// What becomes of the signal in one domain: shared or not, and why.
struct DraftPart {
  const config::Domain* domain = nullptr;
  const config::Partner* recipient = nullptr;
  policy::Decision decision;
  config::Timestamp expires_at{};
  std::vector<DraftLink> links;
  std::optional<Envelope> envelope;  // once closed, if shared
  Trace trace;
};

struct Draft {
  explicit Draft(Submission from) : submission(std::move(from)) {}
  Submission submission;
  std::vector<LinkageKey> keys;
  config::Timestamp accepted_at{};
  std::vector<DraftPart> parts;
  std::optional<SubmitOutcome> outcome;  // set: nothing more is done
};

/// Everything of the standing, by name, that pointers in drafts point into stays alive with it.
/// Closes the draft's shared parts: tags, lock shares, wrapped keys, content, seal and signature.
/// Curve and cipher work of some 200 µs a part: on a curve thread. Wipes the outputs.
void close_draft(Draft& draft, const Region& region, const Standing& standing);

/// {"id","acceptedAt","partners":[…]}: the decisions in words, each text in Dutch and in English;
/// nothing of the person but which kinds of identifier were used.
[[nodiscard]] config::Json answer_for(const Draft& draft);

}  // namespace sluis::gateway
