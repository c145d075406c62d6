#include "gateway/core/draft.hpp"

#include "crypto/content.hpp"
#include "crypto/encoding.hpp"
#include "crypto/lock.hpp"
#include "policy/text.hpp"

namespace sluis::gateway {

using config::Json;

namespace {

bool shares_field(const policy::Decision& decision, std::string_view field) {
  return std::ranges::find(decision.fields, field) != decision.fields.end();
}

/// The content's JSON: what the deciding rule shares, and which rule of which policy that was.
std::string content_of(const Submission& submission, const policy::Decision& decision,
                       const std::string& policy_hash) {
  Json content{{"rule", decision.rule}, {"policy", policy_hash}};
  if (shares_field(decision, "severity")) content["severity"] = submission.severity;
  if (shares_field(decision, "observedAt"))
    content["observedAt"] = config::format_time(submission.observed_at);
  if (shares_field(decision, "contact") && !submission.contact.is_null())
    content["contact"] = submission.contact;
  if (shares_field(decision, "payload") && !submission.payload.is_null())
    content["payload"] = submission.payload;
  return content.dump();
}

/// The pseudonym, the shares for every k of the epoch, and CK wrapped for the k that the rule asks.
store::Link close_link(const DraftLink& link, const DraftPart& part, const Submission& submission,
                       const Region& region, const crypto::Scalar& x,
                       const crypto::ContentKey& content_key) {
  store::Link closed{link.key->kind, link.epoch->id, crypto::tag_of(link.tag_output), {}, {}};
  for (const auto k : link.epoch->lock_thresholds) {
    const crypto::Lock lock(link.lock_output, k);
    const auto share = lock.share_for(x);
    closed.shares.push_back({k, share.y, share.check});
    if (k != part.decision.reveal) continue;
    const auto wrapped =
        crypto::wrap(lock.wrap_key(), content_key,
                     {{region.self().str(), part.recipient->id.str(), submission.id.str()},
                      part.domain->id.str(),
                      link.epoch->id.str(),
                      link.key->kind,
                      k});
    closed.wrapped = {k, wrapped.nonce, wrapped.box};
  }
  return closed;
}

void close_part(DraftPart& part, const Draft& draft, const Region& region,
                const Standing& standing) {
  const auto& submission = draft.submission;
  const auto content_key = crypto::ContentKey::random();
  const auto x = crypto::x_of(standing.directory->partner(region.self())->oin.str());
  auto text = content_of(submission, part.decision, standing.policy_hash);
  const auto content =
      crypto::seal_content(content_key, crypto::as_view(text),
                           {region.self().str(), part.recipient->id.str(), submission.id.str()});
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});

  SignalMessage message{config::EnvelopeId::random(),
                        region.self(),
                        part.recipient->id,
                        draft.accepted_at,
                        submission.id,
                        part.domain->id,
                        submission.theme,
                        submission.purpose,
                        part.decision.legal_basis,
                        part.expires_at,
                        part.trace.traceparent(),
                        static_cast<std::uint8_t>(part.decision.reveal),
                        {},
                        crypto::commitment(submission.id.str(), content_key),
                        content.nonce,
                        content.box,
                        {}};
  for (auto& link : part.links) {
    message.links.push_back(close_link(link, part, submission, region, x, content_key));
    crypto::wipe(link.tag_output);
    crypto::wipe(link.lock_output);
  }
  if (part.decision.reveal == 1) {
    message.content_key.emplace();
    std::ranges::copy(content_key.reveal(), message.content_key->begin());
  }
  part.envelope = seal_envelope(message, part.recipient->seal_keys.front(), region.sign_key());
}

/// What the sender handed in and the deciding rule does not pass on.
struct Withheld {
  std::vector<std::string> fields, identifiers;
};

Withheld withheld_of(const DraftPart& part, const Draft& draft) {
  const auto& decision = part.decision;
  Withheld withheld;
  const auto look = [&](const char* field, bool there) {
    if (there && !shares_field(decision, field)) withheld.fields.emplace_back(field);
  };
  look("severity", true);
  look("observedAt", true);
  look("contact", !draft.submission.contact.is_null());
  look("payload", !draft.submission.payload.is_null());
  const auto& used = decision.identifiers;
  for (const auto& key : draft.keys)
    if (std::ranges::find(used, key.kind) == used.end()) withheld.identifiers.push_back(key.kind);
  return withheld;
}

/// The decision as a sender reads it: under which rule, with what, closed until when, kept how
/// long, and what was withheld.
policy::Text words_for(const DraftPart& part, const Withheld& withheld) {
  using policy::Text;
  const auto& decision = part.decision;
  const auto to = policy::plain(part.recipient->name);
  if (!decision.permit) {
    auto text = Text{"Niet gedeeld met ", "Not shared with "} + to + policy::plain(". ") +
                Text{decision.reason.text_nl(), decision.reason.text_en()};
    if (!decision.rule.empty())
      text = text + Text{" Regel ", " Rule "} + policy::plain(decision.rule + ".");
    return text;
  }
  const auto k = std::to_string(decision.reveal);
  const auto opens = decision.reveal == 1 ? Text{"; meteen te lezen", "; to be read at once"}
                                          : Text{"; gesloten totdat " + k +
                                                     " partners over dezelfde persoon hebben "
                                                     "gemeld",
                                                 "; closed until " + k +
                                                     " partners have signalled about the same "
                                                     "person"};
  auto text = Text{"Gedeeld met ", "Shared with "} + to + Text{" volgens regel ", " under rule "} +
              policy::plain(decision.rule + ": ") + policy::fields_text(decision.fields) + opens +
              Text{"; bewaard tot ", "; kept until "} +
              policy::plain(config::format_time(part.expires_at) + ".");
  if (!withheld.fields.empty())
    text = text +
           Text{" Niet gedeeld, omdat de regel het niet deelt: ",
                " Not shared, since the rule does not share it: "} +
           policy::fields_text(withheld.fields) + policy::plain(".");
  if (!withheld.identifiers.empty())
    text = text +
           Text{" Niet gebruikt om te koppelen, omdat de regel het niet toelaat: ",
                " Not used for linking, since the rule does not allow it: "} +
           policy::identifiers_text(withheld.identifiers) + policy::plain(".");
  return text;
}

}  // namespace

void close_draft(Draft& draft, const Region& region, const Standing& standing) {
  if (draft.outcome) return;
  for (auto& part : draft.parts)
    if (part.decision.permit) close_part(part, draft, region, standing);
}

Json answer_for(const Draft& draft) {
  Json partners = Json::array();
  for (const auto& part : draft.parts) {
    const auto& decision = part.decision;
    const auto withheld = withheld_of(part, draft);
    const auto text = words_for(part, withheld);
    Json item{{"partner", part.recipient->id.str()},
              {"domain", part.domain->id.str()},
              {"shared", decision.permit},
              {"rule", decision.rule.empty() ? Json(nullptr) : Json(decision.rule)},
              {"reason", decision.reason.code()},
              {"text", {{"nl", text.nl}, {"en", text.en}}}};
    if (decision.permit) {
      item["identifiers"] = Json::array();
      for (const auto& link : part.links)
        if (link.epoch == part.links.front().epoch) item["identifiers"].push_back(link.key->kind);
      item["fields"] = decision.fields;
      item["withheld"] = {{"fields", withheld.fields}, {"identifiers", withheld.identifiers}};
      item["revealAfterPartners"] = decision.reveal;
      item["keepUntil"] = config::format_time(part.expires_at);
    }
    partners.push_back(std::move(item));
  }
  return {{"id", draft.submission.id.str()},
          {"acceptedAt", config::format_time(draft.accepted_at)},
          {"partners", std::move(partners)}};
}

}  // namespace sluis::gateway
