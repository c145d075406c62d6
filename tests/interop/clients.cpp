#include "tests/interop/clients.hpp"

#include <stdexcept>

#include "config/ids.hpp"
#include "tests/functional/child.hpp"
#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

namespace {

// Generous: the machine may be building something else.
constexpr auto patience = std::chrono::minutes(5);

}  // namespace

config::Json run_client(const std::string& client, const config::Json& job,
                        const std::filesystem::path& folder) {
  const auto program = std::filesystem::path(SLUIS_INTEROP_CLIENTS) / client;
  if (!std::filesystem::exists(program))
    throw std::runtime_error(program.string() +
                             " is not installed: run these tests through ctest, or "
                             "tests/interop/install.sh " SLUIS_INTEROP_CLIENTS " first");
  const auto name = "client-" + config::random_uuid();
  const auto job_file = folder / (name + ".json");
  const auto out = folder / (name + ".out"), err = folder / (name + ".err");
  put(job_file, job.dump());
  auto child = Child::start({"/usr/bin/env", "node", program.string(), job_file.string()},
                            {"/dev/null", out, err}, folder);
  const auto status = child.wait(within(patience));
  if (!status) throw std::runtime_error(client + " does not end" + contents(err));
  if (*status != 0)
    throw std::runtime_error(client + " ended with " + std::to_string(*status) + "\n" +
                             contents(err));
  return config::Json::parse(contents(out));
}

}  // namespace sluis::test
