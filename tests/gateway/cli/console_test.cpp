#include "gateway/cli/console.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "gateway/cli/match_view.hpp"

using namespace sluis::gateway::cli;

TEST_CASE("console: a table fits 80 columns and lines up, accents counted once", "[cli]") {
  Table table({"A", "B"});
  table.add({"Gonçalves", std::string(200, 'x')});
  table.add({"Bos", "é"});
  std::ostringstream out;
  table.print(out);
  std::istringstream lines(out.str());
  std::string head, first, second;
  std::getline(lines, head);
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK(head == "A          B");
  CHECK(columns(first) == 80);
  CHECK(first.ends_with("…"));
  CHECK(second == "Bos        é");
}

TEST_CASE("console: what another program sent cannot steer the terminal", "[cli]") {
  CHECK(printable("a\x1b[31mb\nc\x7f") == "a [31mb c ");
  CHECK(printable("caf\xc3\xa9 \xc2\x9b[2J") == "caf\xc3\xa9  [2J");
}

TEST_CASE("console: figures and words", "[cli]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(5000) == "5 000");
  CHECK(grouped(1234567) == "1 234 567");
  CHECK(shell_word("demo/region-1") == "demo/region-1");
  CHECK(shell_word("my region") == "'my region'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("") == "''");
}

TEST_CASE("console: progress is for terminals alone", "[cli]") {
  std::istringstream in;
  std::ostringstream out, err;
  Console pipe{in, out, err, false};
  Progress(pipe).show("working");
  CHECK(err.str().empty());
  Console terminal{in, out, err, true};
  Progress(terminal).show("working");
  CHECK(err.str().find("working") != std::string::npos);
  CHECK(err.str().ends_with("\r\x1b[K"));
  CHECK(out.str().empty());
}

TEST_CASE("view: a match shows what came, and what is closed as closed", "[cli]") {
  const auto match = nlohmann::json::parse(R"({
    "id":"m1","certainty":"certain","ambiguous":true,
    "signals":[
      {"id":"s1","partner":"ggz","open":true,"theme":"t","severity":"hoog",
       "contact":{"email":"a@b.example","name":"Dienst"},"payload":{"summary":"zorg\u001b[0m"}},
      {"id":"s2","partner":"ggd","open":false,"receivedAt":"2026-11-01T00:00:00Z"}]})");
  std::ostringstream out;
  print_match(out, match);
  const auto text = out.str();
  CHECK(text.find("match m1\n  certain, ambiguous") == 0);
  CHECK(text.find("2 signals of 2 partners") != std::string::npos);
  CHECK(text.find("ggz, hoog, t") != std::string::npos);
  CHECK(text.find("a@b.example, Dienst") != std::string::npos);
  CHECK(text.find("ggd: closed") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("view: a question without a match, and odd values, are no trouble", "[cli]") {
  std::ostringstream out;
  print_match(out, nlohmann::json::parse(R"({"id":null,"certainty":null,"signals":null})"));
  print_match(out, nlohmann::json(7));
  CHECK(out.str().find("no match yet") == 0);
}

TEST_CASE("view: where a signal stands, partner by partner", "[cli]") {
  const auto signal = nlohmann::json::parse(R"({
    "id":"s1","acceptedAt":"2026-11-22T09:00:00Z","partners":[
      {"partner":"zvh","shared":true,"rule":"ggz-zvh","text":"Een regel staat dit toe.",
       "identifiers":["bsn","name-dob"],"fields":["severity"],"revealAfterPartners":2,
       "keepUntil":"2027-05-21T09:00:00Z",
       "delivery":{"state":"waiting","attempts":3,"lastError":"unavailable"}},
      {"partner":"om","shared":false,"rule":null,"text":"Geen regel staat dit toe."}]})");
  std::ostringstream out;
  print_signal(out, signal);
  for (const auto* said : {"signal s1, accepted 2026-11-22", "zvh: shared", "ggz-zvh",
                           "bsn, name-dob", "after 2 partners", "waiting after 3 attempts",
                           "unavailable", "om: not shared", "Geen regel"}) {
    CAPTURE(said);
    CHECK(out.str().find(said) != std::string::npos);
  }
}
