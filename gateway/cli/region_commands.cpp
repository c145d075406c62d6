// sluis region …
#include "gateway/cli/process.hpp"
#include "gateway/cli/program.hpp"
#include "gateway/cli/region_compare.hpp"
#include "gateway/cli/region_create.hpp"
#include "gateway/cli/region_run.hpp"

namespace sluis::gateway::cli {

namespace {

constexpr auto folder_help = "the region's folder";

void add_create(CLI::App& region, Session& session) {
  auto options = std::make_shared<CreateOptions>();
  auto* command = add_command(region, "create", "make a demo region of six partners",
                              "sluis region create demo --reveal 2");
  command->add_option("DIR", options->folder, "a folder that is not there yet")->required();
  command->add_option("--name", options->plan.name, "the region's name (zuid-limburg)");
  command
      ->add_option("--base-port", options->base_port, "first of its ports (the first free block)")
      ->check(CLI::Range(1024, 65000));
  command->add_option("--reveal", options->plan.reveal, "partners before content opens (2)")
      ->check(CLI::IsMember({2, 3}));
  command
      ->add_option("--evaluations-per-day", options->plan.evaluations_per_day,
                   "each holder's budget a partner (20000)")
      ->check(CLI::Range(1, 1000000000));
  command->add_option("--valid-days", options->plan.valid_days, "how long it works (365)")
      ->check(CLI::Range(1, 3650));
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback([options, &session] {
    session.finish(create_region(*options, config::SystemClock(), session.console));
  });
}

void add_start(CLI::App& region, Session& session) {
  struct Options {
    StartOptions start;
    unsigned wait = 30;
  };
  auto options = std::make_shared<Options>();
  options->start.program = program_folder() / "sluisd";
  auto* command = add_command(region, "start", "start its gateways and wait until they are ready",
                              "sluis region start demo");
  command->add_option("DIR", options->start.region, folder_help)->required();
  command->add_option("--wait", options->wait, "seconds until all must be ready (30)");
  command->add_option("--sluisd", options->start.program, "the daemon (beside this program)");
  command->callback([options, &session] {
    options->start.wait = std::chrono::seconds(options->wait);
    session.finish(start_region(options->start, session.console));
  });
}

void add_stop(CLI::App& region, Session& session) {
  struct Options {
    StopOptions stop;
    unsigned wait = 30;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(region, "stop", "stop its gateways and wait until they are gone",
                              "sluis region stop demo");
  command->add_option("DIR", options->stop.region, folder_help)->required();
  command->add_option("--wait", options->wait, "seconds until all must be gone (30)");
  command->add_flag("--kill", options->stop.kill, "end what is left then by force");
  command->callback([options, &session] {
    options->stop.wait = std::chrono::seconds(options->wait);
    session.finish(stop_region(options->stop, session.console));
  });
}

void add_status(CLI::App& region, Session& session) {
  struct Options {
    std::filesystem::path folder;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(region, "status", "which gateways run, and what they wait for",
                              "sluis region status demo");
  command->add_option("DIR", options->folder, folder_help)->required();
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback([options, &session] {
    session.finish(show_status(options->folder, options->json, session.console));
  });
}

void add_wait(CLI::App& region, Session& session) {
  struct Options {
    std::filesystem::path folder;
    unsigned seconds = 120;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(region, "wait", "wait until everything is delivered",
                              "sluis region wait demo --seconds 60");
  command->add_option("DIR", options->folder, folder_help)->required();
  command->add_option("--seconds", options->seconds, "how long at most (120)");
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback([options, &session] {
    session.finish(wait_for_region(options->folder, std::chrono::seconds(options->seconds),
                                   options->json, session.console));
  });
}

void add_compare(CLI::App& region, Session& session) {
  auto options = std::make_shared<CompareOptions>();
  auto* command = add_command(region, "compare", "compare its matches with what must follow",
                              "sluis region compare demo data/region");
  command->add_option("DIR", options->region, folder_help)->required();
  command->add_option("DATA", options->data, "as tools/make_region_data.py writes it")->required();
  command->add_option("--reveal", options->reveal, "2 or 3 (as the region was created)")
      ->check(CLI::IsMember({2, 3}));
  command->add_flag("--json", options->json, "the result as JSON");
  command->callback(
      [options, &session] { session.finish(compare_region(*options, session.console)); });
}

}  // namespace

void add_region_commands(CLI::App& program, Session& session) {
  auto* region = add_command(program, "region", "a whole region on this machine, for trying out",
                             "sluis region create demo && sluis region start demo");
  region->require_subcommand(1);
  add_create(*region, session);
  add_start(*region, session);
  add_status(*region, session);
  add_wait(*region, session);
  add_compare(*region, session);
  add_stop(*region, session);
}

}  // namespace sluis::gateway::cli
