#include "config/settings.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <set>

#include "config/object_reader.hpp"

namespace sluis::config {
namespace {

constexpr std::size_t most_file_bytes = 1U << 20;
constexpr Bounds path_bytes{1, 4096};

bool is_address(const std::string& text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> parsed;
  return inet_pton(family, text.c_str(), parsed.data()) == 1;
}

/// A setting that has a default: an integer of `Integer`'s width, within bounds that fit it.
template <class Integer>
void read_number(ObjectReader& in, const std::string& key, Integer& value, Bounds bounds) {
  value = static_cast<Integer>(in.integer_or(key, value, bounds));
}

class Reader {
 public:
  explicit Reader(const Settings::Path& folder) : folder_(folder) {}

  void read(ObjectReader& in, Settings& settings) {
    in.object("region", [&](ObjectReader& region) { read_region(region, settings.region); });
    in.object("listen", [&](ObjectReader& listen) { read_listen(listen, settings.listen); });
    in.object("tls", [&](ObjectReader& tls) { read_tls(tls, settings.tls); });
    settings.keys = path(in, "keys");
    in.optional_object("keyPassphrase", [&](ObjectReader& passphrase) {
      settings.key_passphrase = read_secret_source(passphrase);
    });
    in.optional_object("pkcs11", [&](ObjectReader& pkcs11) {
      settings.pkcs11.emplace();
      settings.pkcs11->module = path(pkcs11, "module");
      pkcs11.object("pin",
                    [&](ObjectReader& pin) { settings.pkcs11->pin = read_secret_source(pin); });
    });
    if (!settings.tls.key_in_token.empty() && !settings.pkcs11)
      in.fault("pkcs11", "is needed: tls.key names a key in a token");
    settings.policy = path(in, "policy");
    read_policy_trust(in, settings);
    settings.tokens = path(in, "tokens");
    settings.data = path(in, "data");
    settings.guard = optional_path(in, "guard").value_or(settings.data.string() + ".guard");
    in.optional_object("threads", [&](ObjectReader& threads) {
      read_number(threads, "network", settings.threads.network, {1, 64});
      read_number(threads, "curve", settings.threads.curve, {1, 64});
    });
    in.optional_object("limits", [&](ObjectReader& each) { read_limits(each, settings.limits); });
    in.optional_object("delivery", [&](ObjectReader& delivery) {
      read_number(delivery, "retryFirstMs", settings.delivery.retry_first_ms, {10, 60'000});
      read_number(delivery, "retryMostSeconds", settings.delivery.retry_most_seconds, {1, 86'400});
    });
    in.optional_object("alarm", [&](ObjectReader& alarm) {
      read_number(alarm, "elements", settings.alarm.elements, {0, 1'000'000'000});
      read_number(alarm, "timesHabit", settings.alarm.times_habit, {0, 1'000});
    });
    in.optional_object("audit", [&](ObjectReader& audit) {
      read_number(audit, "witnessSeconds", settings.audit.witness_seconds, {1, 3'600});
      read_number(audit, "lateSeconds", settings.audit.late_seconds, {1, 86'400});
    });
    settings.log_level = "info";
    in.optional_object("log", [&](ObjectReader& log) {
      settings.log_level = log.choice("level", {"trace", "debug", "info", "warn", "error"});
    });
  }

 private:
  void read_region(ObjectReader& in, Settings::Region& region) {
    region.trust.region = in.text("name", {1, 40});
    if (!region.trust.region.empty() && !is_slug(region.trust.region)) {
      in.fault("name", "must be 1 to 40 of a-z, 0-9 and -");
    }
    region.trust.authority_keys = in.parsed_list("authorityKeys", {1, 64}, parse_public_key);
    const auto& keys = region.trust.authority_keys;
    if (std::set(keys.begin(), keys.end()).size() < keys.size()) {
      in.fault("authorityKeys", "has a key twice");
    }
    region.trust.threshold = static_cast<unsigned>(in.integer("threshold", {1, 64}));
    if (!keys.empty() && region.trust.threshold > keys.size()) {
      in.fault("threshold", "is higher than the number of authorityKeys");
    }
    region.directory = path(in, "directory");
  }

  void read_policy_trust(ObjectReader& in, Settings& settings) const {
    auto& keys = settings.policy_keys;
    keys = in.parsed_list("policyKeys", {1, 8}, parse_public_key);
    if (std::set(keys.begin(), keys.end()).size() < keys.size()) {
      in.fault("policyKeys", "has a key twice");
    }
    settings.policy_threshold = static_cast<unsigned>(in.integer_or("policyThreshold", 1, {1, 8}));
    if (!keys.empty() && settings.policy_threshold > keys.size()) {
      in.fault("policyThreshold", "is higher than the number of policyKeys");
    }
    settings.partner_policies = optional_path(in, "partnerPolicies");
  }

  static void read_listen(ObjectReader& in, Settings::Listen& listen) {
    listen.api = in.parsed("api", Endpoint::parse).value_or(Endpoint());
    listen.peer = in.parsed("peer", Endpoint::parse).value_or(Endpoint());
    const auto operators = in.parsed("operator", Endpoint::parse);
    if (operators && !operators->is_loopback()) {
      in.fault("operator", "must be a loopback address, such as 127.0.0.1");
    }
    listen.operators = operators.value_or(Endpoint());
    for (const auto& [key, mine, other] :
         {std::tuple("peer", &listen.peer, &listen.api),
          std::tuple("operator", &listen.operators, &listen.api),
          std::tuple("operator", &listen.operators, &listen.peer)}) {
      if (mine->port != 0 && *mine == *other) in.fault(key, "is the address of another listener");
    }
  }

  void read_tls(ObjectReader& in, Settings::Tls& tls) {
    tls.certificate = path(in, "certificate");
    const auto key = in.text("key", path_bytes);
    const bool in_token = key.starts_with("pkcs11:");
    if (in_token) tls.key_in_token = key;
    if (!in_token) tls.key = resolved(in, "key", key).value_or(Settings::Path());
    // Settings are read by more people than may know a PIN.
    if (in_token && key.find("pin-") != std::string::npos)
      in.fault("key", "must not carry a PIN; pkcs11.pin names where it is");
    tls.peer_authorities = path(in, "peerAuthorities");
    tls.api_authorities = optional_path(in, "apiAuthorities");
  }

  Settings::SecretSource read_secret_source(ObjectReader& in) const {
    Settings::SecretSource from;
    from.credential = in.optional_text("credential", {1, 64}).value_or("");
    from.file = optional_path(in, "file");
    if (from.credential.empty() == !from.file) in.fault("", "must have \"credential\" or \"file\"");
    const bool plain = std::ranges::all_of(from.credential, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
    if (!plain) in.fault("credential", "must be a name of A-Z, a-z, 0-9, - and _");
    return from;
  }

  static void read_limits(ObjectReader& in, Settings::Limits& limits) {
    read_number(in, "bodyBytes", limits.body_bytes, {1'024, 1'048'576});
    read_number(in, "batchBytes", limits.batch_bytes, {1'024, 67'108'864});
    read_number(in, "batchLines", limits.batch_lines, {1, 16'384});
    read_number(in, "idleSeconds", limits.idle_seconds, {1, 3'600});
    read_number(in, "requestSeconds", limits.request_seconds, {1, 3'600});
    read_number(in, "connections", limits.connections, {1, 65'536});
    read_number(in, "drainSeconds", limits.drain_seconds, {0, 600});
  }

  std::optional<Settings::Path> resolved(ObjectReader& in, const std::string& key,
                                         const std::optional<std::string>& text) const {
    if (!text || text->empty()) return std::nullopt;
    if (text->find('\0') != std::string::npos) {
      in.fault(key, "must be a path");
      return std::nullopt;
    }
    return (folder_ / *text).lexically_normal();
  }
  Settings::Path path(ObjectReader& in, const std::string& key) const {
    return resolved(in, key, in.text(key, path_bytes)).value_or(Settings::Path());
  }
  std::optional<Settings::Path> optional_path(ObjectReader& in, const std::string& key) const {
    return resolved(in, key, in.optional_text(key, path_bytes));
  }

  const Settings::Path& folder_;
};

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto refusal =
      error(Code::invalid, "must be an IP address and a port, such as 127.0.0.1:17410");
  const bool bracketed = text.starts_with('[');
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || (bracketed && (colon < 2 || text[colon - 1] != ']'))) {
    return refusal;
  }
  Endpoint endpoint;
  endpoint.address = bracketed ? text.substr(1, colon - 2) : text.substr(0, colon);
  if (!is_address(endpoint.address, bracketed ? AF_INET6 : AF_INET)) return refusal;
  const auto port = text.substr(colon + 1);
  const auto* end = port.data() + port.size();
  const auto read = std::from_chars(port.data(), end, endpoint.port);
  if (port.empty() || read.ec != std::errc() || read.ptr != end) return refusal;
  return endpoint;
}

bool Endpoint::is_loopback() const noexcept {
  in6_addr six{};
  if (inet_pton(AF_INET6, address.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six) != 0;
  return address.starts_with("127.") && is_address(address, AF_INET);
}

std::string Endpoint::str() const {
  const bool six = address.find(':') != std::string::npos;
  return (six ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

Result<Settings> Settings::read(const Path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return error(Code::not_found, file.string() + ": can't be read");
  std::string text(most_file_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > most_file_bytes) {
    return error(Code::too_large, file.string() + ": over 1 MB");
  }
  auto settings = parse(text, std::filesystem::absolute(file).parent_path());
  if (settings.ok()) return settings;
  Error failure = settings.failure();
  failure.detail = file.string() + ": " + failure.detail;
  return failure;
}

Result<Settings> Settings::parse(std::string_view text, const Path& folder) {
  const auto refused = [&](const std::vector<Error>& errors) {
    return join_errors("refused settings", text, errors);
  };
  const auto json = parse_json(text, {.depth = 8, .allow_comments = true});
  if (!json.ok()) {
    return error(json.failure().code, "refused settings: " + json.failure().detail,
                 json.failure().pointer);
  }
  std::vector<Error> errors;
  std::optional<PartnerId> organisation;
  Settings settings(PartnerId::parse("unknown").value());
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    organisation = in.parsed("organisation", PartnerId::parse);
    Reader(folder).read(in, settings);
  });
  if (!errors.empty()) return refused(errors);
  settings.organisation = std::move(*organisation);
  return settings;
}

std::vector<Error> Settings::missing_files() const {
  struct Named {
    const char* pointer;
    const Path* path;
  };
  std::vector<Named> named = {{"/region/directory", &region.directory},
                              {"/tls/certificate", &tls.certificate},
                              {"/tls/peerAuthorities", &tls.peer_authorities},
                              {"/keys", &keys},
                              {"/policy", &policy},
                              {"/tokens", &tokens}};
  if (tls.key_in_token.empty()) named.insert(named.begin() + 2, {"/tls/key", &tls.key});
  if (pkcs11) named.push_back({"/pkcs11/module", &pkcs11->module});
  if (pkcs11 && pkcs11->pin.file) named.push_back({"/pkcs11/pin/file", &*pkcs11->pin.file});
  if (tls.api_authorities) named.push_back({"/tls/apiAuthorities", &*tls.api_authorities});
  if (key_passphrase && key_passphrase->file)
    named.push_back({"/keyPassphrase/file", &*key_passphrase->file});
  std::vector<Error> errors;
  for (const auto& [pointer, path] : named) {
    std::error_code fault;
    if (!std::filesystem::is_regular_file(*path, fault)) {
      errors.push_back(error(Code::not_found, "there is no file " + path->string(), pointer));
    }
  }
  return errors;
}

}  // namespace sluis::config
