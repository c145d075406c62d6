// A ceremony as bytes, so that a restart goes on where it was; ceremony.hpp declares it. First the
// length of the public part (4 bytes, little-endian), that part as JSON, then scalars of 32 bytes:
// the polynomial's coefficients, the old share, the shares that were dealt to us.
#include <algorithm>
#include <cstring>

#include "config/object_reader.hpp"
#include "gateway/keys/ceremony.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::ObjectReader;
using config::Result;

namespace {

constexpr std::size_t length_bytes = 4, scalar_bytes = 32;
constexpr std::uint64_t most_members = 255;

config::Error not_a_state() {
  return error(Code::invalid, "not the kept state of a ceremony");
}

Json messages_json(const std::vector<RoundMessage>& messages) {
  Json list = Json::array();
  for (const auto& each : messages) list.push_back(each.json());
  return list;
}

std::vector<RoundMessage> read_messages(ObjectReader& in, const std::string& key,
                                        std::vector<config::Error>& errors) {
  std::vector<RoundMessage> messages;
  const auto* list = in.any(key);
  if (list == nullptr || !list->is_array()) return messages;
  for (const auto& each : *list) {
    auto message = RoundMessage::parse(each, in.key_pointer(key), errors);
    if (message) messages.push_back(std::move(*message));
  }
  return messages;
}

std::vector<CeremonyFault> read_faults(ObjectReader& in, std::vector<config::Error>& errors) {
  std::vector<CeremonyFault> faults;
  in.objects("faults", {}, [&](ObjectReader& each) {
    auto partner = each.parsed("partner", config::PartnerId::parse);
    auto reason = each.text("reason");
    auto proof = read_messages(each, "proof", errors);
    if (partner) faults.push_back({std::move(*partner), std::move(reason), std::move(proof)});
  });
  return faults;
}

}  // namespace

crypto::SecretBytes Ceremony::serialise() const {
  std::vector<const crypto::SecretScalar*> scalars;
  Json document{{"v", 1}, {"plan", plan_.json()}, {"self", self_.str()}};
  document["messages"] = messages_json(messages());
  document["faults"] = Json::array();
  for (const auto& each : faults_) {
    document["faults"].push_back({{"partner", each.partner.str()},
                                  {"reason", each.reason},
                                  {"proof", messages_json(each.proof)}});
  }
  if (polynomial_) {
    for (const auto& each : polynomial_->coefficients()) scalars.push_back(&each);
  }
  document["coefficients"] = scalars.size();
  if (old_share_) scalars.push_back(&*old_share_);
  document["oldShare"] = old_share_.has_value();
  document["dealtBy"] = Json::array();
  for (const auto& [dealer, share] : dealt_to_us_) {
    document["dealtBy"].push_back(dealer);
    scalars.push_back(&share);
  }
  const auto text = document.dump();
  crypto::SecretBytes state(length_bytes + text.size() + scalars.size() * scalar_bytes);
  auto out = state.bytes();
  for (std::size_t i = 0; i < length_bytes; ++i) {
    out[i] = static_cast<std::uint8_t>(text.size() >> (8 * i));
  }
  std::ranges::copy(crypto::as_view(text), out.begin() + length_bytes);
  out = out.subspan(length_bytes + text.size());
  for (const auto* each : scalars) {
    std::ranges::copy(each->reveal(), out.begin());
    out = out.subspan(scalar_bytes);
  }
  return state;
}

Ceremony::KeptScalars Ceremony::read_kept(ObjectReader& in) {
  KeptScalars kept;
  kept.coefficients = in.integer("coefficients", {0, most_members});
  kept.old_share = in.boolean("oldShare");
  const auto* dealt_by = in.any("dealtBy");
  if (dealt_by == nullptr || !dealt_by->is_array()) return kept;
  for (const auto& dealer : *dealt_by) {
    if (dealer.is_number_unsigned()) kept.dealt_by.push_back(dealer.get<std::uint32_t>());
  }
  return kept;
}

Result<Ceremony> Ceremony::restore(crypto::View state) {
  if (state.size() < length_bytes) return not_a_state();
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::size_t{state[i]} << (8 * i);
  state = state.subspan(length_bytes);
  if (state.size() < length) return not_a_state();
  const auto document = config::parse_json(crypto::as_text(state.first(length)));
  if (!document) return not_a_state();
  return read(*document, state.subspan(length));
}

Result<Ceremony> Ceremony::read(const Json& document, crypto::View scalar_view) {
  std::vector<config::Error> errors;
  std::optional<Ceremony> ceremony;
  ObjectReader::read(document, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    const auto* plan_value = in.any("plan");
    auto self = in.parsed("self", config::PartnerId::parse);
    const auto messages = read_messages(in, "messages", errors);
    auto faults = read_faults(in, errors);
    const auto kept = read_kept(in);
    if (!errors.empty() || plan_value == nullptr) return;
    auto plan = CeremonyPlan::parse(*plan_value, "/plan", errors);
    if (!plan) return;
    ceremony = Ceremony(std::move(*plan), std::move(*self));
    ceremony->faults_ = std::move(faults);
    if (!ceremony->take(kept, scalar_view)) in.fault("", "has other scalars than it says");
    for (const auto& each : messages) ceremony->keep(each);
  });
  if (!errors.empty() || !ceremony) return not_a_state();
  ceremony->settle({});
  return std::move(*ceremony);
}

bool Ceremony::take(const KeptScalars& kept, crypto::View bytes) {
  const std::size_t count = kept.coefficients + (kept.old_share ? 1U : 0U) + kept.dealt_by.size();
  if (bytes.size() != count * scalar_bytes) return false;
  std::vector<crypto::SecretScalar> scalars;
  for (std::size_t i = 0; i < count; ++i) {
    auto scalar = crypto::parse_secret_scalar(bytes.subspan(i * scalar_bytes, scalar_bytes));
    if (!scalar) return false;
    scalars.push_back(std::move(*scalar));
  }
  auto next = scalars.begin();
  std::vector<crypto::SecretScalar> coefficients;
  for (std::size_t j = 0; j < kept.coefficients; ++j) coefficients.push_back(std::move(*next++));
  if (kept.old_share) old_share_ = std::move(*next++);
  for (const auto dealer : kept.dealt_by) dealt_to_us_.emplace(dealer, std::move(*next++));
  if (!coefficients.empty()) {
    polynomial_ = crypto::Polynomial::from(std::move(coefficients), constant_of(plan_.ceremony));
  }
  return (plan_.dealer(self_) != nullptr) == polynomial_.has_value();
}

}  // namespace sluis::gateway
