#include "gateway/cli/region_compare.hpp"

#include <limits>
#include <ostream>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/match_calls.hpp"
#include "gateway/cli/region_data.hpp"
#include "gateway/cli/region_plan.hpp"
#include "gateway/cli/target.hpp"

namespace sluis::gateway::cli {

using config::Result;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

/// Puts every query of the data; gives how many had something to show.
Result<std::size_t> compare_queries(ApiClient& client, const RegionData& data,
                                    Differences& differences, Progress& progress) {
  std::size_t with_something = 0, done = 0;
  for (const auto& query : data.queries) {
    const auto answer = put_query(client, query);
    if (!answer) return answer.failure();
    const auto query_case = text_at(config::Json::parse(query), "case");
    compare_answer(data, query_case, *answer, differences);
    if (!list_at(*answer, "matches").empty()) ++with_something;
    progress.show("queries " + std::to_string(++done) + " of " +
                  std::to_string(data.queries.size()));
  }
  return with_something;
}

struct Compared {
  std::size_t matches = 0, queries = 0, with_something = 0;
};

void report(const Compared& compared, const RegionData& data, const Differences& differences,
            bool json, Console& console) {
  if (json) {
    print_json(console, {{"matches", compared.matches},
                         {"expectedMatches", data.matches.size()},
                         {"queries", compared.queries},
                         {"queriesWithSignals", compared.with_something},
                         {"openExpected", data.open.size()},
                         {"differences", differences.count()},
                         {"first", differences.first()}});
    return;
  }
  console.out << grouped(compared.matches) << " matches (" << grouped(data.matches.size())
              << " expected), " << grouped(data.open.size()) << " open signals expected, "
              << grouped(compared.queries) << " queries, " << grouped(compared.with_something)
              << " with something to show\n";
  if (differences.count() == 0) {
    console.out << "everything is as it must be\n";
    return;
  }
  console.out << grouped(differences.count()) << " differences; the first:\n";
  for (const auto& each : differences.first()) console.out << "  " << printable(each) << '\n';
}

}  // namespace

Outcome compare_region(const CompareOptions& options, Console& console) {
  const auto manifest = Manifest::read(options.region);
  if (!manifest) return manifest.failure();
  const auto data = RegionData::read(options.data, options.reveal.value_or(manifest->reveal));
  if (!data) return data.failure();
  const auto target = demo_target(options.region, std::string(demo_domain));
  if (!target) return target.failure();
  auto client = ApiClient::open(*target);
  if (!client) return client.failure();
  Progress progress(console);
  progress.show("matches");
  const auto matches = fetch_matches(*client, all);
  if (!matches) return matches.failure();
  Differences differences;
  compare_matches(*data, matches->matches, differences);
  const auto with_something = compare_queries(*client, *data, differences, progress);
  if (!with_something) return with_something.failure();
  progress.clear();
  report({matches->matches.size(), data->queries.size(), *with_something}, *data, differences,
         options.json, console);
  return differences.count() == 0 ? Exit::fine : Exit::not_so;
}

}  // namespace sluis::gateway::cli
