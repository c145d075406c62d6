#include "gateway/core/draft.hpp"

#include "crypto/content.hpp"
#include "crypto/encoding.hpp"
#include "crypto/lock.hpp"

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

std::string_view field_nl(std::string_view field) {
  if (field == "severity") return "ernst";
  if (field == "observedAt") return "tijdstip";
  if (field == "contact") return "contact";
  return "melding";
}

/// The decision as a sender reads it: under which rule, with what, closed until when, kept how
/// long.
std::string words_for(const DraftPart& part) {
  const auto& decision = part.decision;
  if (!decision.permit) return decision.reason.text_nl();
  std::string fields;
  for (const auto& field : decision.fields) {
    if (!fields.empty()) fields += ", ";
    fields += field_nl(field);
  }
  const auto until = decision.reveal == 1 ? std::string("meteen te lezen")
                                          : "gesloten totdat " + std::to_string(decision.reveal) +
                                                " partners over dezelfde persoon hebben gemeld";
  return "Gedeeld met " + part.recipient->name + " volgens regel " + decision.rule + ": " +
         (fields.empty() ? "zonder inhoud" : fields) + "; " + until + "; bewaard tot " +
         config::format_time(part.expires_at) + ".";
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
    Json item{{"partner", part.recipient->id.str()},
              {"domain", part.domain->id.str()},
              {"shared", decision.permit},
              {"rule", decision.rule.empty() ? Json(nullptr) : Json(decision.rule)},
              {"reason", decision.reason.code()},
              {"text", words_for(part)}};
    if (decision.permit) {
      item["identifiers"] = Json::array();
      for (const auto& link : part.links)
        if (link.epoch == part.links.front().epoch) item["identifiers"].push_back(link.key->kind);
      item["fields"] = decision.fields;
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
