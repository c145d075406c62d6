#include "tests/functional/region.hpp"

#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "gateway/cli/process.hpp"

namespace sluis::test {

namespace {

// Generous: the machine may be building something else, and may run under a sanitizer.
constexpr auto start_patience = std::chrono::minutes(3);
constexpr auto stop_patience = std::chrono::minutes(3);
constexpr auto command_patience = std::chrono::minutes(12);

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

TestRegion::TestRegion(const std::vector<std::string>& options)
    : scratch_(folder_ / "scratch"), layout_{folder_ / "region"} {
  std::filesystem::create_directories(temporary());
  std::vector<std::string> arguments{"region", "create", layout_.root.string(), "--base-port",
                                     std::to_string(block_.base())};
  arguments.insert(arguments.end(), options.begin(), options.end());
  if (const auto made = sluis(arguments); made.status != 0) throw std::runtime_error(made.err);
}

TestRegion::~TestRegion() {
  gateways_.clear();
  if (std::getenv("SLUIS_KEEP") == nullptr) return;
  const auto kept =
      std::filesystem::temp_directory_path() / ("sluis-kept-" + config::random_uuid());
  std::error_code failed;
  std::filesystem::rename(folder_.path(), kept, failed);
  std::cerr << "kept: " << (failed ? failed.message() : kept.string()) << '\n';
}

std::filesystem::path TestRegion::data(std::string_view partner) const {
  return layout_.partner(partner) / "data";
}

gateway::cli::Ports TestRegion::ports(std::string_view partner) const {
  return gateway::cli::ports_of(block_.base(), gateway::cli::partner_number(partner).value());
}

std::string TestRegion::last_words(std::string_view partner) const {
  return "\n" + gateway::cli::last_lines(layout_.log_file(partner), 8);
}

void TestRegion::start(std::string_view partner, const std::vector<std::string>& through) {
  const auto log = layout_.log_file(partner);
  auto command = through;
  command.insert(command.end(), {SLUISD_PROGRAM, "--config", layout_.settings(partner).string()});
  auto child = Child::start(command, {"/dev/null", log, log}, temporary());
  // As `sluis region start` writes it, so that its other commands find the gateway.
  put(layout_.pid_file(partner),
      std::to_string(child.pid()) + " " + start_time(child.pid()) + "\n");
  gateways_.insert_or_assign(std::string(partner), std::move(child));
}

void TestRegion::start() {
  for (const auto& partner : gateway::cli::demo_partners) start(partner.id);
  for (const auto& partner : gateway::cli::demo_partners) wait_ready(partner.id);
}

void TestRegion::wait_ready(std::string_view partner) {
  auto& gateway = gateways_.find(partner)->second;
  const bool ready = poll_until(within(start_patience), [&] {
    if (!gateway.running())
      throw std::runtime_error(std::string(partner) + " ended" + last_words(partner));
    return operations(partner, "/readyz").status == 200;
  });
  if (!ready)
    throw std::runtime_error(std::string(partner) + " is not ready" + last_words(partner));
}

pid_t TestRegion::pid(std::string_view partner) const {
  return gateways_.find(partner)->second.pid();
}

void TestRegion::kill(std::string_view partner) {
  gateways_.find(partner)->second.kill();
}

int TestRegion::stop(std::string_view partner) {
  gateways_.find(partner)->second.signal(SIGTERM);
  return wait_end(partner);
}

int TestRegion::wait_end(std::string_view partner) {
  const auto status = gateways_.find(partner)->second.wait(within(stop_patience));
  if (!status)
    throw std::runtime_error(std::string(partner) + " does not stop" + last_words(partner));
  return *status;
}

void TestRegion::stop() {
  for (const auto& partner : gateway::cli::demo_partners)
    if (const int status = stop(partner.id); status != 0)
      throw std::runtime_error(std::string(partner.id) + " ended with " + std::to_string(status) +
                               last_words(partner.id));
}

Child TestRegion::start_sluis(std::vector<std::string> arguments, const std::string& name) {
  arguments.insert(arguments.begin(), SLUIS_PROGRAM);
  const auto in = scratch_ / (name + ".in");
  return Child::start(arguments,
                      {std::filesystem::exists(in) ? in : "/dev/null", scratch_ / (name + ".out"),
                       scratch_ / (name + ".err")},
                      temporary());
}

Ended TestRegion::sluis(std::vector<std::string> arguments, const std::string& input) {
  const auto name = "run-" + std::to_string(++runs_);
  put(scratch_ / (name + ".in"), input);
  auto child = start_sluis(arguments, name);
  const auto status = child.wait(within(command_patience));
  if (!status) throw std::runtime_error("does not end: sluis " + joined(arguments));
  return {*status, contents(scratch_ / (name + ".out")), contents(scratch_ / (name + ".err"))};
}

std::string TestRegion::token(std::string_view client) const {
  const auto text = contents(layout_.token(client));
  return text.substr(0, text.find('\n'));
}

Identity TestRegion::identity(std::string_view partner) const {
  const auto folder = layout_.partner(partner) / "tls";
  return {folder / "gateway.crt", folder / "gateway.key"};
}

}  // namespace sluis::test
