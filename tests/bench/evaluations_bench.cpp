// Elements a second that a holder evaluates and proves through POST /peer/v1/evaluations, over
// mutual TLS, with every processor busy, against the two scalar multiplications that each element
// cannot do without. A region of the built programs; once its keys are made, only the holder that
// is asked runs. Requests are made beforehand and answers are not read beyond their status, so that
// asking costs little; what it costs all the same is on the same processors, and in the figure.
// Each round of asking lies between two of raw multiplications; figures are medians over rounds.
#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "crypto/threshold.hpp"
#include "crypto/voprf.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/net/client.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/bench/raw_rate.hpp"
#include "tests/functional/region.hpp"

namespace {

using namespace sluis;
namespace net = gateway::net;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 7;
constexpr double round_seconds = 2.5;  // of asking
constexpr double raw_seconds = 0.5;
constexpr std::size_t connections = 8;
constexpr auto holder = "politie", other_holder = "gemeente", asking = "ggd";

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Of this process, user and system: what asking costs.
double own_cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

gateway::Transcript key_for_tags(const test::TestRegion& region) {
  const auto file = region.data(holder) / "domain-keys.json";
  const auto records = gateway::read_records(test::contents(file)).value();
  for (const auto& record : records)
    if (record.transcript.use == "tag") return record.transcript;
  throw std::runtime_error("the holder has no key for tags");
}

/// A request for `size` elements, as a client that has blinded them holds it.
struct Prepared {
  crypto::BlindBatch batch;
  gateway::EvaluationRequest request;
  std::string body;
};

Prepared prepare(const gateway::Transcript& key, std::size_t size) {
  std::vector<crypto::Bytes> inputs(size, crypto::Bytes(60));
  for (auto& input : inputs) crypto::fill_random(input);
  auto batch = crypto::BlindBatch::blind(inputs).value();
  gateway::EvaluationRequest request{
      {key.domain, key.epoch, key.use}, key.generation, {}, batch.elements()};
  for (const auto& each : key.holders)
    if (each.id.str() == holder || each.id.str() == other_holder)
      request.holders.push_back(each.id);
  auto body = gateway::peer::evaluation_request(request);
  return {std::move(batch), std::move(request), std::move(body)};
}

net::ClientRequest http_request(const Prepared& prepared) {
  net::ClientRequest request;
  request.method = "POST";
  request.target = "/peer/v1/evaluations";
  request.body = prepared.body;
  request.content_type = "application/json";
  return request;
}

/// One answer looked at as a client would: what is measured is right evaluations with right proofs.
void check_answer(const net::ClientResponse& response, const Prepared& prepared,
                  const gateway::Transcript& key) {
  const auto& request = prepared.request;
  const auto answer = gateway::peer::read_evaluation_answer(response.body, request.generation,
                                                            request.blinded.size());
  require(answer.ok(), "the answer cannot be read");
  std::vector<std::uint32_t> numbers;
  std::uint32_t asked = 0;
  for (const auto& each : key.holders) {
    if (each.id.str() == holder) asked = each.number;
    if (std::ranges::find(request.holders, each.id) != request.holders.end())
      numbers.push_back(each.number);
  }
  const auto share = crypto::Element::parse(key.holder_keys.at(asked - 1)).value();
  require(crypto::verify(crypto::weighted_public(share, asked, numbers).bytes(), request.blinded,
                         *answer),
          "the proof is wrong");
}

/// Asks over connections that are kept; one io_context, and so one thread.
class Asker {
 public:
  explicit Asker(test::TestRegion& region)
      : client_(context_, {true, "127.0.0.1", region.ports(holder).peer}, tls(region), limits()) {}

  /// Each connection asks with its own request, again and again, until `seconds` are over.
  /// Gives elements a second.
  double ask(std::span<const Prepared> prepared, double seconds) {
    context_.restart();
    begin_ = Clock::now();
    elements_ = 0;
    left_ = prepared.size();
    for (const auto& each : prepared)
      gateway::asio::co_spawn(context_.get_executor(), ask_on(each, seconds), [this](auto failure) {
        if (failure) std::rethrow_exception(failure);
        if (--left_ == 0) context_.stop();
      });
    context_.run();
    return static_cast<double>(elements_) / elapsed();
  }

  /// One request by itself, its answer verified.
  void check(const Prepared& prepared, const gateway::Transcript& key) {
    ask({&prepared, 1}, 0);
    check_answer(last_, prepared, key);
  }

 private:
  static net::ClientTls tls(const test::TestRegion& region) {
    const auto identity = region.identity(asking);
    return net::ClientTls::load(
               {region.layout().ca_certificate(), identity.certificate, identity.key})
        .value();
  }
  static net::ClientLimits limits() {
    net::ClientLimits limits;
    limits.connections = connections;
    return limits;
  }
  [[nodiscard]] double elapsed() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  gateway::Task<void> ask_on(const Prepared& prepared, double seconds) {
    do {
      auto request = http_request(prepared);
      auto response = co_await client_.send(std::move(request));
      require(response.ok(), response ? "" : response.failure().detail);
      require(response->status == 200, "refused: " + response->body);
      elements_ += prepared.request.blinded.size();
      last_ = std::move(*response);
    } while (elapsed() < seconds);
  }

  gateway::asio::io_context context_{1};
  net::HttpClient client_;
  Clock::time_point begin_;
  std::size_t elements_ = 0, left_ = 0;
  net::ClientResponse last_;
};

struct Figures {
  double rate, ratio;
};

/// Requests of `size` elements, on all connections at once.
Figures measure(Asker& asker, const gateway::Transcript& key, std::size_t size) {
  std::vector<Prepared> prepared;
  for (std::size_t i = 0; i < connections; ++i) prepared.push_back(prepare(key, size));
  asker.check(prepared.front(), key);
  asker.ask(prepared, raw_seconds);  // connections are made, and everything is warm
  const unsigned processors = bench::processors();
  std::vector<double> raws, rates, ratios, costs;
  double before = bench::raw_rate(processors, raw_seconds);
  for (int round = 0; round < rounds; ++round) {
    const double cpu = own_cpu_seconds();
    const auto begin = Clock::now();
    rates.push_back(asker.ask(prepared, round_seconds));
    const double took = std::chrono::duration<double>(Clock::now() - begin).count();
    costs.push_back((own_cpu_seconds() - cpu) / (took * processors));
    const double after = bench::raw_rate(processors, raw_seconds);
    raws.push_back((before + after) / 2);
    ratios.push_back(rates.back() / (raws.back() / 2));
    before = after;
  }
  const Figures figures{median(rates), median(ratios)};
  std::printf("%8zu %12.0f %12.0f %14.1f %10.3f\n", size, median(raws), figures.rate,
              100 * median(costs), figures.ratio);
  return figures;
}

/// Every processor has a thread for arithmetic and one for the network.
void set_threads(const test::TestRegion& region) {
  const auto file = region.layout().settings(holder);
  auto settings = test::Json::parse(test::contents(file), nullptr, true, true);
  settings["threads"] = {{"network", bench::processors()}, {"curve", bench::processors()}};
  test::put(file, settings.dump(2));
}

void run() {
  crypto::init();
  test::TestRegion region({"--evaluations-per-day", "1000000000"});
  set_threads(region);
  region.start();  // the holders make the keys among them
  for (const auto& partner : gateway::cli::demo_partners)
    if (partner.id != holder) require(region.stop(partner.id) == 0, "a gateway did not end well");
  const auto key = key_for_tags(region);
  Asker asker(region);
  std::printf("%zu connections kept, %u processors\n", connections, bench::processors());
  std::printf("%8s %12s %12s %14s %10s\n", "batch", "raw/s", "elements/s", "asking, % CPU",
              "ratio");
  Figures headline{};
  for (const std::size_t size : {1U, 32U, 1000U}) headline = measure(asker, key, size);
  require(region.stop(holder) == 0, "the holder did not end well");
  std::printf("raw: crypto_scalarmult_ristretto255 a second on all processors\n");
  std::printf("evaluations: %.0f elements/s, ratio %.2f of raw scalar multiplications / 2\n",
              headline.rate, headline.ratio);
}

}  // namespace

int main() {
  try {
    run();
  } catch (const std::exception& fault) {
    static_cast<void>(std::fprintf(stderr, "evaluations_bench: %s\n", fault.what()));
    return 1;
  }
}
