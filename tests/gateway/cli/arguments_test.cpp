// Command lines as data: what cannot be understood, what is not there, and what help says.
#include <catch2/catch.hpp>

#include "gateway/cli/console.hpp"
#include "tests/gateway/cli/cli_fixture.hpp"

using namespace sluis;
using test::contains;
using test::run_sluis;

TEST_CASE("arguments: each fault has its status, and says what to do", "[cli]") {
  struct Case {
    std::vector<std::string> arguments;
    int status;
    std::string said;
  };
  const auto c = GENERATE(values<Case>({
      {{}, 2, "--help"},
      {{"frobnicate"}, 2, "--help"},
      {{"region"}, 2, "subcommand"},
      {{"region", "create"}, 2, "DIR"},
      {{"region", "create", "x", "--reveal", "4"}, 2, "--reveal"},
      {{"region", "create", "x", "--base-port", "80"}, 2, "--base-port"},
      {{"region", "create", "x", "--valid-days", "0"}, 2, "--valid-days"},
      {{"region", "create", "x", "--name", "Zuid Limburg"}, 5, "name"},
      {{"region", "start", "/nonexistent/region"}, 5, "sluis region create"},
      {{"region", "stop", "/nonexistent/region"}, 5, "sluis region create"},
      {{"region", "status", "/nonexistent/region"}, 5, "sluis region create"},
      {{"region", "wait", "/nonexistent/region"}, 5, "sluis region create"},
      {{"region", "compare", "/nonexistent/region", "/nonexistent"}, 5, "sluis region create"},
      {{"send"}, 2, "FILE"},
      {{"send", "x.jsonl"}, 2, "--region DIR --as PARTNER"},
      {{"send", "x.jsonl", "--region", "/nonexistent/region"}, 2, "--as"},
      {{"send", "x.jsonl", "--region", "/nonexistent/region", "--as", "ggz"}, 5, "region create"},
      {{"send", "x.jsonl", "--url", "https://127.0.0.1:1"}, 2, "--token-file"},
      {{"send", "x.jsonl", "--region", "d", "--as", "ggz", "--batch", "0"}, 2, "--batch"},
      {{"send", "x.jsonl", "--region", "d", "--as", "ggz", "--batch", "1025"}, 2, "--batch"},
      {{"signal", "not-an-id", "--region", "d", "--as", "ggz"}, 2, "UUID"},
      {{"query", "--region", "/nonexistent/region", "--as", "zvh"}, 5, "region create"},
      {{"query", "--person", "901222835"}, 2, "--help"},
      {{"matches"}, 2, "--region DIR --as PARTNER"},
      {{"matches", "--limit", "0"}, 2, "--limit"},
      {{"token"}, 2, "subcommand"},
      {{"token", "create", "--settings", "s", "--name", "x"}, 2, "--role"},
      {{"token", "create", "--settings", "s", "--name", "x", "--role", "boss"}, 2, "--role"},
      {{"token", "create", "--settings", "/nonexistent", "--name", "x", "--role", "sender"},
       5,
       "/nonexistent"},
      {{"token", "create", "--settings", "/nonexistent", "--name", "x", "--role", "sender",
        "--valid", "soon"},
       2,
       "--valid"},
      {{"directory", "verify", "d.json"}, 2, "--settings"},
      {{"directory", "verify", "d.json", "--region-name", "r", "--authority", "abc"},
       2,
       "--authority"},
      {{"directory", "sign", "d.json"}, 2, "--key"},
      {{"directory", "sign", "d.json", "--key", "/nonexistent"}, 5, "/nonexistent"},
      {{"audit", "verify"}, 2, "--log DIR"},
      {{"audit", "verify", "--log", "x"}, 2, "--key"},
      {{"audit", "verify", "--log", "x", "--key", "nonsense"}, 2, "--key"},
      {{"audit", "verify", "--region", "a", "--settings", "b"}, 2, "--log DIR"},
  }));
  std::string line = "sluis";
  for (const auto& argument : c.arguments) line += " " + argument;
  DYNAMIC_SECTION(line) {
    const auto ran = run_sluis(c.arguments);
    CAPTURE(ran.out, ran.err);
    CHECK(ran.status == c.status);
    CHECK(contains(ran.err, c.said));
    CHECK(ran.err.starts_with("sluis: "));
    CHECK(ran.out.empty());
  }
}

TEST_CASE("arguments: a person on the command line is not repeated", "[cli]") {
  const auto ran = run_sluis({"query", "--bsn", "901222835", "--name", "Heijnen"});
  CHECK(ran.status == 2);
  CHECK_FALSE(contains(ran.err, "901222835"));
  CHECK_FALSE(contains(ran.err, "Heijnen"));
}

TEST_CASE("help: every command shows an example, within 80 columns", "[cli]") {
  const auto arguments = GENERATE(values<std::vector<std::string>>({
      {},
      {"region"},
      {"region", "create"},
      {"region", "start"},
      {"region", "stop"},
      {"region", "status"},
      {"region", "wait"},
      {"region", "compare"},
      {"send"},
      {"signal"},
      {"query"},
      {"matches"},
      {"token"},
      {"token", "create"},
      {"token", "list"},
      {"token", "revoke"},
      {"directory"},
      {"directory", "show"},
      {"directory", "verify"},
      {"directory", "sign"},
      {"keys"},
      {"keys", "seal"},
      {"keys", "unseal"},
      {"keys", "change-passphrase"},
      {"keys", "rotate"},
      {"keys", "drop"},
      {"keys", "backup"},
      {"keys", "restore"},
      {"keys", "status"},
      {"keys", "approve"},
      {"audit"},
      {"audit", "verify"},
  }));
  auto with_help = arguments;
  with_help.push_back("--help");
  const auto ran = run_sluis(with_help);
  CAPTURE(ran.out);
  CHECK(ran.status == 0);
  CHECK(contains(ran.out, "Example: sluis "));
  CHECK(ran.err.empty());
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(gateway::cli::columns(line) <= 80);
  }
}
