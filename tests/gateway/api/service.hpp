// /v1 of one gateway without a network, with a token for each role.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core_fixture.hpp"
#include "gateway/api/audit_routes.hpp"
#include "gateway/api/policy_routes.hpp"
#include "policy/signing.hpp"
#include "tests/gateway/temporary_folder.hpp"

namespace sluis::gateway::test {

using config::Json;

inline constexpr auto id = "5bcbd0f8-c9c6-4359-96d5-9b93583213f0";

inline Json signal(const std::string& signal_id = id) {
  return {{"id", signal_id},
          {"person", {{"bsn", "123456782"}}},
          {"theme", "geweld"},
          {"severity", "hoog"},
          {"purpose", "persoonsgerichte-aanpak"},
          {"observedAt", "2026-11-21T10:00:00Z"}};
}

/// ggz (sends) or zvh (is queried), with a token for each role.
struct Service : Gateway {
  explicit Service(const std::string& self = "ggz") : Gateway(self) {
    for (const std::string role : {"sender", "procesregisseur", "privacy-officer", "operator"})
      held[role] = create_token(folder / "tokens.json", role, role, {0, 10, 0}, clock).value();
    api::add_routes(router,
                    {io.get_executor(), region, *store, submit, query, recorder, tally, tokens},
                    {2'000, 10'000, 3});
    api::add_audit_routes(
        router, {io.get_executor(), region, *store, submit, query, recorder, tally, tokens},
        reading, folder / "audit");
    settings.data = folder / "data";
    settings.policy = folder / "policy.json";
    settings.policy_keys = {policy_key.public_key(), spare_key.public_key()};
    std::filesystem::create_directories(settings.data);
    std::ofstream(settings.policy)
        << policy::sign_policy("// why\n" + policy_of(self), policy_key).value();
    api::add_policy_routes(
        router, {io.get_executor(), region, *store, submit, query, recorder, tally, tokens},
        settings);
  }
  net::Response officer(const std::string& path) { return call("GET", path, "privacy-officer"); }
  net::Response officer(const std::string& path, const Json& body) {
    return call("POST", path, "privacy-officer", body.dump());
  }
  Json found(const std::string& terms) {
    return Json::parse(officer("/v1/audit-records?" + terms).body)["records"];
  }
  net::Response call(const std::string& method, const std::string& path, const std::string& role,
                     std::string body = {}, const std::string& type = "application/json") {
    net::Request request;
    request.method = method;
    request.path = path.substr(0, path.find('?'));
    if (path.find('?') != std::string::npos) request.query = path.substr(path.find('?') + 1);
    if (!role.empty())
      request.headers.emplace_back("Authorization",
                                   "Bearer " + (held.contains(role) ? held[role] : role));
    if (!language.empty()) request.headers.emplace_back("Accept-Language", language);
    if (method == "POST") request.headers.emplace_back("Content-Type", type);
    request.body = std::move(body);
    return run(router.dispatch(std::move(request)));
  }
  net::Response post(const std::string& body, const std::string& type = "application/json") {
    return call("POST", "/v1/signals", "sender", body, type);
  }
  std::string language;  // what callers accept; empty: they do not say
  sluis::test::TemporaryFolder folder;
  crypto::SigningKey policy_key = crypto::SigningKey::random();
  crypto::SigningKey spare_key = crypto::SigningKey::random();
  config::Settings settings{region.self()};
  std::map<std::string, std::string> held;
  FakePeers peers;
  Evaluator evaluator{io.get_executor(), region, peers, curve, patient};
  std::vector<std::string> queued;
  Submit submit{region,    *store,
                evaluator, curve,
                recorder,  [this](const config::PartnerId& to) { queued.push_back(to.str()); }};
  Query query{region, *store, evaluator, recorder};
  AuditReading reading{region, *store, evaluator, curve, recorder};
  RefusalTally tally{recorder, *store};
  TokenFile tokens{folder / "tokens.json"};
  net::Router router;
};

inline Json problem_of(const net::Response& response) {
  CHECK(response.content_type == "application/problem+json");
  return Json::parse(response.body);
}

}  // namespace sluis::gateway::test
