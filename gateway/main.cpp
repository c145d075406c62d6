// sluisd: one organisation's gateway.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "gateway/app.hpp"
#include "gateway/files/process.hpp"

namespace {

int serve(const std::string& file) {
  auto settings = sluis::config::Settings::read(file);
  if (!settings) {
    spdlog::critical("{}", settings.failure().detail);
    return 2;
  }
  spdlog::set_level(spdlog::level::from_str(settings->log_level));
  auto app = sluis::gateway::App::create(std::move(*settings));
  if (!app) {
    spdlog::critical("{}", app.failure().detail);
    return 2;
  }
  const auto served = (*app)->run();
  if (served) return 0;
  spdlog::critical("{}", served.failure().detail);
  return 1;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App program{"sluisd: the gateway of one organisation in a Sluis region"};
  program.footer(
      "Exit status: 0 stopped in order; 1 a listener could not be opened, or something was cut "
      "off;\n2 a setting or a file that it names was refused.\n\n"
      "Example: sluisd --config /etc/sluis/settings.json");
  std::string file;
  program.add_option("--config", file, "The settings file (config/README.md)")->required();
  program.set_version_flag("--version", "sluisd " SLUIS_VERSION);
  CLI11_PARSE(program, argc, argv);
  sluis::gateway::keep_memory_private();  // it holds persons and keys
  ::umask(077);                           // what we make is ours alone
  sluis::crypto::init();
  spdlog::set_default_logger(spdlog::stderr_logger_mt("sluisd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  return serve(file);
} catch (const std::exception& fault) {
  (void)std::fprintf(stderr, "sluisd: %s\n", fault.what());
  return 1;
}
