#include "gateway/operator_routes.hpp"

#include "gateway/core/store_call.hpp"

namespace sluis::gateway {

using config::Json;
using net::Request;
using net::Response;

namespace {

Json checks_json(const std::vector<Check>& checks, bool& ready) {
  Json list = Json::array();
  ready = true;
  for (const auto& check : checks) {
    ready = ready && check.ok;
    list.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
  }
  return list;
}

Task<Response> outbox(const Region& region, store::Store& store) {
  auto look = [standing = region.standing(), self = region.self()](store::Transaction& tx) {
    Json partners = Json::array();
    for (const auto& partner : standing->directory->partners()) {
      if (partner.id == self) continue;
      const auto waiting = tx.waiting(partner.id);
      Json item{{"partner", partner.id.str()}, {"waiting", waiting}};
      if (const auto next = tx.next_due(partner.id))
        item["nextAttempt"] = config::format_time(*next);
      partners.push_back(std::move(item));
    }
    return Json{{"partners", std::move(partners)}, {"auditSize", tx.log_size()}};
  };
  const auto answer = co_await read(store, std::move(look));
  co_return Response::json(200, answer);
}

Json key_json(const KeyStatus& status, config::Timestamp now) {
  const auto left = std::chrono::floor<std::chrono::days>(status.until - now);
  return {{"domain", status.key.domain.str()},
          {"epoch", status.key.epoch.str()},
          {"use", status.key.use},
          {"from", config::format_time(status.from)},
          {"until", config::format_time(status.until)},
          {"daysLeft", left.count()},
          {"generation", status.generation},
          {"attempt", status.attempt},
          {"threshold", status.threshold},
          {"holders", status.holders},
          {"shareHere", status.share_here},
          {"named",
           {{"ceremony", status.ceremony},
            {"generation", status.named_generation},
            {"attempt", status.named_attempt}}},
          {"state", status.state},
          {"text", status.text()},
          {"round", status.round ? Json(*status.round) : Json(nullptr)},
          {"waitingFor", status.waiting_for},
          {"since", status.since ? Json(config::format_time(*status.since)) : Json(nullptr)},
          {"faults", status.faults},
          {"toDo", status.to_do}};
}

}  // namespace

Check keys_check(const std::vector<KeyStatus>& keys) {
  Check check{"keys", true, {}};
  for (const auto& key : keys) {
    const bool missing = key.in_force_now && key.generation == 0;
    check.ok = check.ok && !missing;
    if (!missing && key.state == "in-force") continue;
    check.detail += (check.detail.empty() ? "" : "; ") + key.key.str() + ": " + key.text();
  }
  if (check.detail.empty()) check.detail = "all in force";
  return check;
}

void add_operator_routes(net::Router& router, const Region& region, store::Store& store,
                         const KeyKeeper& keys, std::function<std::vector<Check>()> checks) {
  router.add("GET", "/healthz", [](Request) -> Task<Response> {
    co_return Response::json(200, Json{{"status", "live"}});
  });
  router.add("GET", "/readyz", [checks = std::move(checks)](Request) -> Task<Response> {
    bool ready = false;
    auto list = checks_json(checks(), ready);
    const Json body{{"ready", ready}, {"checks", std::move(list)}};
    co_return Response::json(ready ? 200 : 503, body);
  });
  router.add("GET", "/keys", [&region, &keys](Request) -> Task<Response> {
    Json list = Json::array();
    for (const auto& status : keys.status()) list.push_back(key_json(status, region.now()));
    const Json body{{"keys", std::move(list)}};
    co_return Response::json(200, body);
  });
  router.add("GET", "/outbox",
             [&region, &store](const Request&) -> Task<Response> { return outbox(region, store); });
}

void add_witness_status(net::Router& router, const Region& region, const Witnessing& witnessing) {
  router.add("GET", "/witnesses", [&region, &witnessing](Request) -> Task<Response> {
    Json list = Json::array();
    for (const auto& state : witnessing.states()) {
      Json one{{"partner", state.partner.str()}, {"log", state.origin}, {"size", state.size},
               {"cosigned", state.cosigned},     {"late", state.late},  {"problem", state.problem}};
      if (state.at) one["cosignedAt"] = config::format_time(*state.at);
      const auto now = region.now();
      const auto lag = now - state.waiting.value_or(now);
      one["lagSeconds"] = std::chrono::duration_cast<std::chrono::seconds>(lag).count();
      list.push_back(std::move(one));
    }
    co_return Response::json(200, Json{{"witnesses", std::move(list)}});
  });
}

}  // namespace sluis::gateway
