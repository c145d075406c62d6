#include "gateway/api/signal_body.hpp"

#include "config/object_reader.hpp"
#include "crypto/hash.hpp"

namespace sluis::gateway::api {

using config::Json;
using config::ObjectReader;

namespace {

/// A body's own JSON holds the person in plain strings: overwritten before it is freed.
class WipedJson {
 public:
  explicit WipedJson(Json json) : json_(std::move(json)) {}
  // NOLINTNEXTLINE(bugprone-exception-escape): nothing in it allocates
  ~WipedJson() { wipe(json_); }
  WipedJson(const WipedJson&) = delete;
  WipedJson& operator=(const WipedJson&) = delete;
  [[nodiscard]] const Json& get() const noexcept { return json_; }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): as deep as parse_json lets anything be
  static void wipe(Json& json) {
    if (json.is_string()) {
      auto& text = json.get_ref<std::string&>();
      crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    } else if (json.is_structured()) {
      for (auto& item : json) wipe(item);
    }
  }
  Json json_;
};

void check_words(ObjectReader& in, const config::Vocabulary& words, Submission& signal) {
  if (!signal.theme.empty() && words.theme(signal.theme) == nullptr)
    in.fault("theme", "is no theme of this region's directory");
  if (!signal.severity.empty() && !words.severity_rank(signal.severity))
    in.fault("severity", "is no severity of this region's directory");
  if (!signal.purpose.empty() && !words.has_purpose(signal.purpose))
    in.fault("purpose", "is no purpose of this region's directory");
}

Json read_contact(ObjectReader& in) {
  Json contact = nullptr;
  in.optional_object("contact", [&](ObjectReader& item) {
    contact = Json::object();
    for (const auto* field : {"name", "phone", "email"})
      if (auto text = item.optional_text(field, {1, 200})) contact[field] = std::move(*text);
  });
  return contact;
}

Json read_payload(ObjectReader& in) {
  const auto* payload = in.optional_any("payload");
  if (payload == nullptr) return nullptr;
  if (!payload->is_object()) in.fault("payload", "must be an object");
  return *payload;
}

crypto::Array<32> mac_of(const Json& body, const BodyKey& key) {
  auto canonical = config::jcs(body);
  if (!canonical) return {};
  const auto mac = crypto::hmac_sha256(key.reveal(), {crypto::as_view(*canonical)});
  crypto::wipe({reinterpret_cast<std::uint8_t*>(canonical->data()), canonical->size()});
  return mac;
}

std::optional<WipedJson> parse(std::string_view body, Errors& errors) {
  auto parsed = config::parse_json(body);
  if (parsed) return std::optional<WipedJson>(std::in_place, std::move(*parsed));
  errors.push_back(parsed.failure());
  return std::nullopt;
}

}  // namespace

std::optional<Submission> read_signal(std::string_view body, const config::Vocabulary& vocabulary,
                                      const BodyKey& body_key, config::Timestamp now,
                                      Errors& errors) {
  const auto json = parse(body, errors);
  if (!json) return std::nullopt;
  std::optional<Submission> signal;
  ObjectReader::read(json->get(), "", errors, [&](ObjectReader& in) {
    auto id = in.parsed("id", config::SignalId::parse);
    const auto* person_json = in.any("person");
    auto person =
        person_json == nullptr ? std::nullopt : read_person(*person_json, "/person", errors);
    Submission draft{id ? std::move(*id) : config::SignalId::random(),
                     person ? std::move(*person) : Person{},
                     in.text("theme", {1, 64}),
                     in.text("severity", {1, 64}),
                     in.text("purpose", {1, 64}),
                     {},
                     nullptr,
                     nullptr,
                     {}};
    check_words(in, vocabulary, draft);
    if (const auto at = in.parsed("observedAt", config::parse_time_with_offset)) {
      draft.observed_at = *at;
      if (*at > now + clock_skew) in.fault("observedAt", "lies in the future");
    }
    draft.contact = read_contact(in);
    draft.payload = read_payload(in);
    signal = std::move(draft);
  });
  if (!errors.empty()) return std::nullopt;
  signal->body_mac = mac_of(json->get(), body_key);
  return signal;
}

std::optional<PersonQuery> read_query(std::string_view body, const config::Vocabulary& vocabulary,
                                      Errors& errors) {
  const auto json = parse(body, errors);
  if (!json) return std::nullopt;
  std::optional<PersonQuery> query;
  ObjectReader::read(json->get(), "", errors, [&](ObjectReader& in) {
    const auto* person_json = in.any("person");
    auto person =
        person_json == nullptr ? std::nullopt : read_person(*person_json, "/person", errors);
    PersonQuery draft{person ? std::move(*person) : Person{}, in.text("purpose", {1, 64}),
                      in.optional_text("case", {1, 100}).value_or("")};
    if (!draft.purpose.empty() && !vocabulary.has_purpose(draft.purpose))
      in.fault("purpose", "is no purpose of this region's directory");
    query = std::move(draft);
  });
  if (!errors.empty()) return std::nullopt;
  return query;
}

std::optional<SubjectRequest> read_subject_request(std::string_view body, Errors& errors) {
  const auto json = parse(body, errors);
  if (!json) return std::nullopt;
  SubjectRequest request;
  ObjectReader::read(json->get(), "", errors, [&](ObjectReader& in) {
    const auto* person_json = in.optional_any("person");
    if (person_json != nullptr) request.person = read_person(*person_json, "/person", errors);
    request.case_id = in.optional_text("case", {1, 100}).value_or("");
    if ((person_json != nullptr) == !request.case_id.empty())
      in.fault("person", "is needed, or \"case\", and not both");
  });
  if (!errors.empty()) return std::nullopt;
  return request;
}

}  // namespace sluis::gateway::api
