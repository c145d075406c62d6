// The HTTP half of TestRegion.
#include <stdexcept>

#include "gateway/net/blocking.hpp"
#include "policy/signing.hpp"
#include "tests/functional/policies.hpp"
#include "tests/functional/region.hpp"

namespace sluis::test {

namespace net = gateway::net;

namespace {

Answer send(const net::Origin& origin, std::optional<net::ClientTls> tls, const Call& call,
            const std::optional<std::string>& token) {
  net::ClientRequest request;
  request.method = call.method;
  request.target = call.path;
  request.body = call.body;
  request.content_type = call.content_type;
  if (token) request.headers = {{"Authorization", "Bearer " + *token}};
  net::ClientLimits limits;
  limits.connect_ms = limits.request_ms = std::chrono::minutes(2);
  const auto response = net::fetch(origin, std::move(tls), std::move(request), limits);
  Answer answer;
  if (!response) {
    answer.failure = response.failure().detail;
    return answer;
  }
  answer.status = response->status;
  answer.body = response->body;
  answer.headers = response->headers;
  answer.json = Json::parse(answer.body, nullptr, false);
  if (answer.json.is_discarded()) answer.json = nullptr;
  return answer;
}

net::ClientTls client_tls(const gateway::cli::RegionLayout& layout,
                          const std::optional<Identity>& as) {
  net::ClientTlsFiles files{layout.ca_certificate(), std::nullopt, std::nullopt};
  if (as) {
    files.certificate = as->certificate;
    files.key = as->key;
  }
  return net::ClientTls::load(files).value();
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (net::same_token(key, name)) return value;
  return {};
}

std::string Answer::code() const {
  const bool problem = json.is_object() && header("Content-Type") == "application/problem+json";
  return problem ? json.value("code", "") : "";
}

std::vector<std::string> Answer::pointers() const {
  std::vector<std::string> list;
  if (!json.is_object() || !json.contains("errors")) return list;
  for (const auto& each : json["errors"])
    list.push_back(each["in"] == "query" ? "?" + each.value("name", "")
                                         : each.value("pointer", "none"));
  return list;
}

Answer TestRegion::api(std::string_view partner, const Call& call,
                       std::optional<std::string> token) {
  return send({true, "127.0.0.1", ports(partner).api}, client_tls(layout_, std::nullopt), call,
              token);
}

Answer TestRegion::peer(std::string_view to, const std::optional<Identity>& as, const Call& call) {
  return send({true, "127.0.0.1", ports(to).peer}, client_tls(layout_, as), call, std::nullopt);
}

Answer TestRegion::operations(std::string_view partner, const std::string& path) {
  return send({false, "127.0.0.1", ports(partner).operations}, std::nullopt, {"GET", path},
              std::nullopt);
}

void TestRegion::replace_policy(std::string_view partner, const std::string& text) {
  const auto now = policy::edition_of(contents(layout_.partner(partner) / "policy.json"));
  const auto version = now.value().version + 1;
  put_policy(*this, partner, signed_policy(*this, partner, text, version));
  const auto log = layout_.log_file(partner);
  const auto said = ", policy version " + std::to_string(version) + ",";
  if (!poll_until(within(std::chrono::seconds(60)),
                  [&] { return contents(log).find(said) != std::string::npos; }))
    throw std::runtime_error(std::string(partner) + " does not take its policy" + contents(log));
}

std::uint64_t TestRegion::publish_directory(const std::function<void(Json&)>& change) {
  auto document = Json::parse(contents(layout_.directory()));
  const auto version = document["version"].get<std::uint64_t>() + 1;
  document["version"] = version;
  document["signatures"] = Json::array();
  change(document);
  const auto draft = scratch_ / "directory.json";
  put(draft, document.dump(2));
  for (const unsigned authority : {1U, 2U}) {
    const auto run = sluis(
        {"directory", "sign", draft.string(), "--key", layout_.authority_key(authority).string()});
    if (run.status != 0) throw std::runtime_error(run.err);
  }
  std::filesystem::rename(draft, layout_.directory());
  return version;
}

void TestRegion::change_directory(const std::function<void(Json&)>& change) {
  wait_directory(publish_directory(change));
}

void TestRegion::wait_directory(std::uint64_t version) {
  for (auto& [partner, gateway] : gateways_) {
    // Its own log says so: a partner that is suspended now cannot be asked by its partners.
    const auto said = "in force now: directory version " + std::to_string(version);
    const bool taken =
        poll_until(within(std::chrono::seconds(60)), [&, &partner = partner, &gateway = gateway] {
          return !gateway.running() ||
                 contents(layout_.log_file(partner)).find(said) != std::string::npos;
        });
    if (!taken) throw std::runtime_error(partner + " does not take the new directory");
  }
}

void TestRegion::wait_delivered(std::chrono::milliseconds patience) {
  std::string left;
  const bool delivered = poll_until(within(patience), [&] {
    left.clear();
    for (const auto sender : senders) {
      const auto outbox = operations(sender, "/outbox");
      if (outbox.status != 200) {
        left += " " + std::string(sender) + " does not answer;";
        continue;
      }
      for (const auto& each : outbox.json["partners"])
        if (each["waiting"] != 0) left += " " + std::string(sender) + " has " + each.dump() + ";";
    }
    return left.empty();
  });
  if (!delivered) throw std::runtime_error("not delivered in time:" + left);
}

}  // namespace sluis::test
