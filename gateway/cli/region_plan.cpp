#include "gateway/cli/region_plan.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "config/object_reader.hpp"
#include "gateway/cli/console.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::uint16_t first_base_port = 17400;
constexpr std::uint16_t last_base_port = 31400;  // below what Linux hands out by itself
constexpr std::uint16_t step = 100;

bool can_bind(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound =
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

bool block_is_free(std::uint16_t base_port) {
  for (std::size_t i = 0; i < demo_partners.size(); ++i) {
    const auto ports = ports_of(base_port, i);
    if (!can_bind(ports.api) || !can_bind(ports.peer) || !can_bind(ports.operations)) return false;
  }
  return true;
}

}  // namespace

config::Timestamp RegionPlan::valid_from() const {
  return std::chrono::floor<std::chrono::days>(now) - std::chrono::days(1);
}

config::Timestamp RegionPlan::valid_until() const {
  return std::chrono::floor<std::chrono::days>(now) + std::chrono::days(valid_days);
}

std::string RegionPlan::epoch() const {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
  return std::to_string(static_cast<int>(day.year())) +
         (static_cast<unsigned>(day.month()) <= 6 ? "a" : "b");
}

Ports ports_of(std::uint16_t base_port, std::size_t partner) noexcept {
  const auto first = static_cast<std::uint16_t>(base_port + 10 * partner);
  return {first, static_cast<std::uint16_t>(first + 1), static_cast<std::uint16_t>(first + 2)};
}

Result<std::uint16_t> find_base_port() {
  for (std::uint16_t base = first_base_port; base <= last_base_port; base += step) {
    if (block_is_free(base)) return base;
  }
  return error(Code::unavailable,
               "no free block of ports on 127.0.0.1 between 17400 and 31500; name one with "
               "--base-port");
}

Result<Manifest> Manifest::read(const std::filesystem::path& root) {
  constexpr std::size_t most_bytes = 4096;
  const auto path = RegionLayout{root}.manifest();
  const auto text = read_text(path, most_bytes);
  if (!text && text.failure().code == Code::not_found) {
    return error(Code::not_found, root.string() + ": no region here; `sluis region create " +
                                      shell_word(root.string()) + "` makes one");
  }
  if (!text) return text.failure();
  const auto document = config::parse_json(*text);
  if (!document) return error(Code::invalid, path.string() + ": " + document.failure().detail);
  Manifest manifest;
  std::vector<config::Error> errors;
  config::ObjectReader::read(*document, "", errors, [&](config::ObjectReader& in) {
    in.integer("v", {1, 1});
    manifest.name = in.text("region", {1, 40});
    manifest.base_port = static_cast<std::uint16_t>(in.integer("basePort", {1024, 65000}));
    manifest.reveal = static_cast<unsigned>(in.integer("reveal", {2, 3}));
  });
  if (!errors.empty()) return config::join_errors(path.string(), *text, errors);
  return manifest;
}

std::string Manifest::text() const {
  const nlohmann::ordered_json document{
      {"v", 1}, {"region", name}, {"basePort", base_port}, {"reveal", reveal}};
  return document.dump(2) + "\n";
}

Result<std::size_t> partner_number(std::string_view id) {
  std::string names;
  for (std::size_t i = 0; i < demo_partners.size(); ++i) {
    if (demo_partners[i].id == id) return i;
    names += (i == 0 ? "" : ", ") + std::string(demo_partners[i].id);
  }
  return error(Code::not_found, "no such partner in the region; it has " + names);
}

}  // namespace sluis::gateway::cli
