// sluis query, sluis matches
#include <fstream>
#include <istream>
#include <limits>
#include <ostream>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/match_calls.hpp"
#include "gateway/cli/match_view.hpp"
#include "gateway/cli/program.hpp"
#include "gateway/cli/target.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::size_t most_query_bytes = 65536;

struct QueryOptions {
  TargetOptions target;
  std::string file = "-";
  bool json = false;
};

/// The bodies in a file: one JSON document over any number of lines, or one a line. The person
/// stands in it: nothing of it goes into an error.
Result<std::vector<std::string>> read_queries(std::istream& in) {
  std::vector<std::string> lines;
  std::string line, whole;
  while (std::getline(in, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    whole += line + "\n";
    lines.push_back(std::move(line));
  }
  if (lines.empty()) {
    return error(Code::invalid,
                 R"(no query; give {"person":{…},"purpose":"…","case":"…"} in a file or on stdin)");
  }
  const bool each_line_whole = config::Json::accept(lines.front());
  if (!each_line_whole && whole.size() <= most_query_bytes) return std::vector{std::move(whole)};
  return lines;
}

void print_answer(Console& console, const config::Json& answer) {
  const auto& matches = list_at(answer, "matches");
  if (matches.empty()) console.out << "nothing to show\n";
  for (const auto& match : matches) print_match(console.out, match);
}

Outcome query(const QueryOptions& options, Console& console) {
  const auto target = options.target.resolve();
  if (!target) return target.failure();
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file);
    if (!file) return error(Code::not_found, options.file + ": cannot be opened");
  }
  auto bodies = read_queries(options.file == "-" ? console.in : file);
  if (!bodies) return bodies.failure();
  auto client = ApiClient::open(*target);
  if (!client) return client.failure();
  for (std::size_t i = 0; i < bodies->size(); ++i) {
    const auto answer = put_query(*client, std::move((*bodies)[i]));
    if (!answer) {
      return error(answer.failure().code,
                   "query " + std::to_string(i + 1) + ": " + answer.failure().detail);
    }
    if (options.json) {
      console.out << answer->dump() << '\n';
    } else {
      if (bodies->size() > 1) console.out << (i == 0 ? "" : "\n") << "query " << i + 1 << '\n';
      print_answer(console, *answer);
    }
  }
  return Exit::fine;
}

struct MatchesOptions {
  TargetOptions target;
  std::size_t limit = 20;
  bool all = false, json = false;
};

Outcome matches(const MatchesOptions& options, Console& console) {
  const auto target = options.target.resolve();
  if (!target) return target.failure();
  auto client = ApiClient::open(*target);
  if (!client) return client.failure();
  const auto most = options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
  const auto list = fetch_matches(*client, most);
  if (!list) return list.failure();
  if (options.json) {
    print_json(console, {{"matches", list->matches}, {"more", list->more}});
    return Exit::fine;
  }
  if (list->matches.empty()) console.out << "no match has anything open\n";
  for (const auto& match : list->matches) print_match(console.out, match);
  if (list->more) console.out << "\nthere are more: --limit N, or --all\n";
  return Exit::fine;
}

}  // namespace

void add_match_commands(CLI::App& program, Session& session) {
  auto asked = std::make_shared<QueryOptions>();
  auto* ask = add_command(program, "query", "what is open about a person",
                          "sluis query --region demo --as zvh person.json");
  ask->add_option("FILE", asked->file, "the query as JSON, or one a line; - is stdin (-)");
  asked->target.add_to(*ask);
  ask->add_flag("--json", asked->json, "one answer a line, in order");
  ask->callback([asked, &session] { session.finish(query(*asked, session.console)); });

  auto listed = std::make_shared<MatchesOptions>();
  auto* list = add_command(program, "matches", "matches with something open, newest first",
                           "sluis matches --region demo --as zvh --limit 5");
  listed->target.add_to(*list);
  list->add_option("--limit", listed->limit, "how many at most (20)")
      ->check(CLI::Range(1, 1000000));
  list->add_flag("--all", listed->all, "all of them");
  list->add_flag("--json", listed->json, "the result as JSON");
  list->callback([listed, &session] { session.finish(matches(*listed, session.console)); });
}

}  // namespace sluis::gateway::cli
