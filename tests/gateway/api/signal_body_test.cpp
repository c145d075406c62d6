#include "gateway/api/signal_body.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/config/region_fixture.hpp"

using namespace sluis;
using namespace sluis::gateway;
using api::Errors;
using config::Code;
using config::Json;

namespace {

const config::Vocabulary& words() {
  static const auto directory = sluis::test::directory();
  return directory.vocabulary();
}

const BodyKey& key() {
  static const auto fixed = BodyKey::random();
  return fixed;
}

config::Timestamp noon() {
  return config::parse_time("2026-11-21T12:00:00Z").value();
}

/// Every value that stands for a person's is marked, so that an error that repeats one is found.
Json signal_document() {
  return Json::parse(R"({
    "id": "5bcbd0f8-c9c6-4359-96d5-9b93583213f0",
    "person": { "bsn": "123456782", "givenNames": "MARK Jan", "familyNamePrefix": "MARK van",
                "familyName": "MARK Jansen", "birthDate": "1980-01-01", "postalCode": "6211 AB",
                "houseNumber": "12" },
    "theme": "geweld", "severity": "hoog", "purpose": "persoonsgerichte-aanpak",
    "observedAt": "2026-11-21T11:00:00+01:00",
    "contact": { "name": "MARK Dienst", "phone": "MARK 06", "email": "MARK@x" },
    "payload": { "note": "MARK geheim", "deep": [1, {"a": null}] } })");
}

Json query_document() {
  return {{"person", {{"bsn", "123456782"}}},
          {"purpose", "persoonsgerichte-aanpak"},
          {"case", "zaak-1"}};
}

std::optional<Submission> read(const std::string& body, Errors& errors) {
  return api::read_signal(body, words(), key(), noon(), errors);
}
std::optional<Submission> read(const Json& body) {
  Errors errors;
  return read(body.dump(), errors);
}

struct Fault {
  std::string name, at;
  Json value;  // discarded: taken away
  std::vector<std::string> said_at;
};

Json changed(Json json, const Fault& fault) {
  const Json::json_pointer at(fault.at);
  if (fault.value.is_discarded()) {
    json[at.parent_pointer()].erase(at.back());
  } else {
    json[at] = fault.value;
  }
  return json;
}

std::vector<std::string> pointers(const Errors& errors) {
  std::vector<std::string> all;
  for (const auto& each : errors) all.push_back(each.pointer);
  std::ranges::sort(all);
  return all;
}

void check_no_value(const Errors& errors) {
  for (const auto& each : errors)
    for (const auto* value : {"MARK", "123456782", "123456789", "1980", "6211"}) {
      CAPTURE(each.detail, each.pointer);
      CHECK(each.detail.find(value) == std::string::npos);
      CHECK(each.pointer.find(value) == std::string::npos);
    }
}

const Json gone(Json::value_t::discarded);

}  // namespace

TEST_CASE("signal body: a good one reads as it stands", "[api]") {
  const auto signal = read(signal_document());
  REQUIRE(signal);
  CHECK(signal->id.str() == "5bcbd0f8-c9c6-4359-96d5-9b93583213f0");
  CHECK(signal->person.bsn->view() == "123456782");
  CHECK(signal->person.family_name->view() == "MARK Jansen");
  CHECK(signal->theme == "geweld");
  CHECK(signal->severity == "hoog");
  CHECK(signal->observed_at == noon() - std::chrono::hours(2));
  CHECK(signal->contact["phone"] == "MARK 06");
  CHECK(signal->payload["deep"][1]["a"] == nullptr);
}

TEST_CASE("signal body: contact and payload may be left out", "[api]") {
  auto body = signal_document();
  body.erase("contact");
  body.erase("payload");
  const auto signal = read(body);
  REQUIRE(signal);
  CHECK(signal->contact.is_null());
  CHECK(signal->payload.is_null());
}

TEST_CASE("signal body: every fault has its pointer, and no error a value", "[api]") {
  const auto c = GENERATE(values<Fault>({
      {"no id", "/id", gone, {"/id"}},
      {"an id that is no UUID", "/id", "MARK", {"/id"}},
      {"an unknown theme", "/theme", "MARK", {"/theme"}},
      {"no theme", "/theme", gone, {"/theme"}},
      {"an unknown severity", "/severity", "MARK", {"/severity"}},
      {"an unknown purpose", "/purpose", "MARK", {"/purpose"}},
      {"a purpose that is no text", "/purpose", 5, {"/purpose"}},
      {"a moment that is none", "/observedAt", "MARK", {"/observedAt"}},
      {"a moment to come", "/observedAt", "2026-11-21T12:05:01Z", {"/observedAt"}},
      {"no person", "/person", gone, {"/person"}},
      {"a person that is a text", "/person", "MARK", {"/person"}},
      {"a BSN that fails", "/person/bsn", "123456789", {"/person/bsn"}},
      {"a BSN that is a number", "/person/bsn", 123456782, {"/person/bsn"}},
      {"a name without end", "/person/familyName", std::string(201, 'M'), {"/person/familyName"}},
      {"an unknown field of the person", "/person/gender", "MARK", {"/person/gender"}},
      {"an unknown field of the contact", "/contact/fax", "MARK", {"/contact/fax"}},
      {"an empty name of the contact", "/contact/name", "", {"/contact/name"}},
      {"a contact that is a list", "/contact", Json::array({"MARK"}), {"/contact"}},
      {"a payload that is a text", "/payload", "MARK", {"/payload"}},
      {"a payload of null", "/payload", nullptr, {"/payload"}},
      {"a field too many", "/more", "MARK", {"/more"}},
  }));
  DYNAMIC_SECTION(c.name) {
    Errors errors;
    CHECK_FALSE(read(changed(signal_document(), c).dump(), errors));
    CHECK(pointers(errors) == c.said_at);
    CHECK(errors.front().code == Code::invalid);
    check_no_value(errors);
  }
}

TEST_CASE("signal body: all faults are said at once", "[api]") {
  auto body = signal_document();
  body["theme"] = "MARK";
  body["person"]["bsn"] = "123456789";
  body["more"] = "MARK";
  body.erase("severity");
  Errors errors;
  CHECK_FALSE(read(body.dump(), errors));
  CHECK(pointers(errors) ==
        std::vector<std::string>{"/more", "/person/bsn", "/severity", "/theme"});
  check_no_value(errors);
}

TEST_CASE("signal body: what is no JSON of ours is refused, without a value", "[api]") {
  const auto deep = std::string(33, '[') + std::string(33, ']');
  const auto body =
      GENERATE_COPY(as<std::string>(), "", "MARK", "[]", "{\"id\": \"MARK",
                    R"({"id":"MARK","id":"MARK"})", "{\"theme\":\"MARK\xff\"}",
                    R"({"payload":{"MARK":1e999}})", R"({"payload":)" + deep + "}", R"({} MARK)");
  CAPTURE(body);
  Errors errors;
  CHECK_FALSE(read(body, errors));
  REQUIRE_FALSE(errors.empty());
  CHECK(errors.front().code == Code::invalid);
  for (const auto& each : errors) CHECK(each.detail.find("MARK") == std::string::npos);
}

TEST_CASE("signal body: a sender's clock may be a little ahead", "[api]") {
  auto body = signal_document();
  body["observedAt"] = "2026-11-21T12:05:00Z";
  CHECK(read(body));
}

TEST_CASE("signal body: the MAC tells a body from another, however it is written", "[api]") {
  const auto base = read(signal_document())->body_mac;
  Errors errors;
  CHECK(read(signal_document().dump(4), errors)->body_mac == base);  // layout does not count
  auto other = signal_document();
  other["payload"]["note"] = "MARK anders";
  CHECK(read(other)->body_mac != base);
  const auto other_key = BodyKey::random();
  const auto under_another =
      api::read_signal(signal_document().dump(), words(), other_key, noon(), errors);
  CHECK(under_another->body_mac != base);
}

TEST_CASE("query body: a good one, with or without a case", "[api]") {
  Errors errors;
  auto body = query_document();
  const auto query = api::read_query(body.dump(), words(), errors);
  REQUIRE(query);
  CHECK(query->person.bsn->view() == "123456782");
  CHECK(query->case_id == "zaak-1");
  body.erase("case");
  CHECK(api::read_query(body.dump(), words(), errors)->case_id.empty());
}

TEST_CASE("query body: every fault has its pointer, and no error a value", "[api]") {
  const auto c = GENERATE(values<Fault>({
      {"no person", "/person", gone, {"/person"}},
      {"a BSN that fails", "/person/bsn", "123456789", {"/person/bsn"}},
      {"no purpose", "/purpose", gone, {"/purpose"}},
      {"an unknown purpose", "/purpose", "MARK", {"/purpose"}},
      {"an empty case", "/case", "", {"/case"}},
      {"a case without end", "/case", std::string(101, 'M'), {"/case"}},
      {"a case that is a number", "/case", 5, {"/case"}},
      {"a field too many", "/theme", "geweld", {"/theme"}},
  }));
  DYNAMIC_SECTION(c.name) {
    Errors errors;
    CHECK_FALSE(api::read_query(changed(query_document(), c).dump(), words(), errors));
    CHECK(pointers(errors) == c.said_at);
    check_no_value(errors);
  }
}
