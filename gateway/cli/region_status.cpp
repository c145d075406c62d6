// Looking at the gateways of a region; region_run.hpp declares it.
#include <ostream>
#include <thread>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/http.hpp"
#include "gateway/cli/process.hpp"
#include "gateway/cli/region_run.hpp"

namespace sluis::gateway::cli {

using config::Json;
using config::Result;
using nlohmann::ordered_json;
using std::chrono::steady_clock;

namespace {

constexpr auto poll_pause = std::chrono::milliseconds(50);

void read_readiness(std::uint16_t port, GatewayStatus& status) {
  const auto reply = operator_get(port, "/readyz");
  if (!reply) {
    status.not_ready = "no answer";
    return;
  }
  status.ready = reply->status == 200;
  const auto body = Json::parse(reply->body, nullptr, false);
  for (const auto& check : list_at(body, "checks")) {
    if (flag_at(check, "ok", true)) continue;
    status.not_ready += status.not_ready.empty() ? "" : "; ";
    status.not_ready += text_at(check, "name") + ": " + text_at(check, "detail");
  }
}

void read_outbox(std::uint16_t port, GatewayStatus& status) {
  const auto reply = operator_get(port, "/outbox");
  if (!reply || !reply->ok()) return;
  const auto body = Json::parse(reply->body, nullptr, false);
  if (!body.is_object()) return;
  status.audit_size = number_at(body, "auditSize");
  auto& outbox = status.outbox.emplace();
  for (const auto& each : list_at(body, "partners")) {
    outbox.push_back(
        {text_at(each, "partner"), number_at(each, "waiting"), text_at(each, "lastError")});
  }
}

ordered_json as_json(const GatewayStatus& status) {
  ordered_json one{{"partner", status.partner},
                   {"pid", status.pid ? ordered_json(*status.pid) : ordered_json(nullptr)},
                   {"ready", status.ready},
                   {"detail", status.not_ready},
                   {"outbox", nullptr},
                   {"auditSize", status.audit_size}};
  if (!status.outbox) return one;
  one["outbox"] = ordered_json::array();
  for (const auto& waiting : *status.outbox) {
    one["outbox"].push_back({{"partner", waiting.partner},
                             {"waiting", waiting.count},
                             {"lastError", waiting.last_error}});
  }
  return one;
}

void print_json(Console& console, const std::vector<GatewayStatus>& all) {
  ordered_json document{{"gateways", ordered_json::array()}};
  for (const auto& status : all) document["gateways"].push_back(as_json(status));
  cli::print_json(console, document);
}

std::string still_waiting(const std::vector<GatewayStatus>& all) {
  std::string text;
  for (const auto& status : all) {
    if (!status.outbox) text += "\n  " + status.partner + ": " + status.not_ready;
    for (const auto& waiting : status.outbox.value_or(std::vector<GatewayStatus::Waiting>{})) {
      if (waiting.count == 0) continue;
      text += "\n  " + status.partner + ": " + std::to_string(waiting.count) + " for " +
              waiting.partner;
      if (!waiting.last_error.empty()) text += " (last error: " + waiting.last_error + ")";
    }
  }
  return text;
}

}  // namespace

std::uint64_t GatewayStatus::waiting() const {
  std::uint64_t sum = 0;
  if (outbox) {
    for (const auto& each : *outbox) sum += each.count;
  }
  return sum;
}

Result<std::vector<GatewayStatus>> look_at_region(const std::filesystem::path& region) {
  const auto manifest = Manifest::read(region);
  if (!manifest) return manifest.failure();
  const RegionLayout layout{region};
  std::vector<GatewayStatus> all;
  for (std::size_t i = 0; i < demo_partners.size(); ++i) {
    GatewayStatus status;
    status.partner = demo_partners[i].id;
    if (const auto process = find_process(layout.pid_file(status.partner))) {
      status.pid = process->pid;
    }
    const auto port = ports_of(manifest->base_port, i).operations;
    if (status.pid) {
      read_readiness(port, status);
      read_outbox(port, status);
    } else {
      status.not_ready = "not running";
    }
    all.push_back(std::move(status));
  }
  return all;
}

Outcome show_status(const std::filesystem::path& region, bool json, Console& console) {
  const auto all = look_at_region(region);
  if (!all) return all.failure();
  bool every_one = true;
  Table table({"PARTNER", "PID", "READY", "WAITING", "AUDIT", "DETAIL"});
  for (const auto& status : *all) {
    every_one = every_one && status.ready;
    table.add({status.partner, status.pid ? std::to_string(*status.pid) : "-",
               status.ready ? "yes" : "no", status.outbox ? grouped(status.waiting()) : "-",
               status.outbox ? grouped(status.audit_size) : "-", printable(status.not_ready)});
  }
  if (json) {
    print_json(console, *all);
  } else {
    table.print(console.out);
  }
  return every_one ? Exit::fine : Exit::not_so;
}

Outcome wait_for_region(const std::filesystem::path& region, std::chrono::seconds patience,
                        bool json, Console& console) {
  const auto deadline = steady_clock::now() + patience;
  Progress progress(console);
  while (true) {
    const auto all = look_at_region(region);
    if (!all) return all.failure();
    std::uint64_t waiting = 0;
    bool answered = true;
    for (const auto& status : *all) {
      waiting += status.waiting();
      answered = answered && status.outbox.has_value();
    }
    const bool done = answered && waiting == 0, late = steady_clock::now() >= deadline;
    if (done || late) {
      progress.clear();
      if (json) print_json(console, *all);
      if (done && !json) console.out << "everything is delivered\n";
      if (!done) console.err << "sluis: not delivered in time:" << still_waiting(*all) << '\n';
      return done ? Exit::fine : answered ? Exit::not_so : Exit::unreachable;
    }
    progress.show(grouped(waiting) + " still to be delivered");
    std::this_thread::sleep_for(poll_pause);
  }
}

}  // namespace sluis::gateway::cli
