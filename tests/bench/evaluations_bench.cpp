// Elements a second that one holder evaluates and proves for a partner over /peer/v1/evaluations,
// with mutual TLS, a counted budget and an audit record for every request, on all processors;
// against the two scalar multiplications that an element cannot do without, in the same run.
//
// The requests are made beforehand and sent over connections that are kept, and of the answers only
// status and size are looked at, so that the asking, on the same machine, costs little. One answer
// of each size is verified, before anything is measured.
#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "config/json.hpp"
#include "crypto/threshold.hpp"
#include "crypto/voprf.hpp"
#include "gateway/cli/region_plan.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/net/client.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/bench/machine.hpp"

namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;
namespace net = sluis::gateway::net;
namespace crypto = sluis::crypto;
using namespace sluis::bench;
using sluis::gateway::cli::RegionLayout;

constexpr auto holder = "politie", other_holder = "gemeente", asking = "ggd";
constexpr int rounds = 5;
constexpr double raw_seconds = 1;
constexpr double asked_for = 0.7;

struct Load {
  std::size_t batch;      // elements a request
  std::size_t at_a_time;  // requests under way
  std::size_t requests;   // a round
  std::size_t prepared;   // different ones
};
constexpr Load loads[]{{1, 64, 4'000, 256}, {32, 16, 640, 64}, {1'000, 6, 42, 12}};

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A region with its keys made, of which the holder alone then runs, with a thread of each kind for
/// every processor.
class Holder {
 public:
  explicit Holder(const fs::path& work) : layout_{work / "region"} {
    const std::string sluis = SLUIS_PROGRAM, region = layout_.root.string();
    run({sluis, "region", "create", region, "--evaluations-per-day", "1000000000"});
    run({sluis, "region", "start", region});
    run({sluis, "region", "stop", region});
    const auto settings = layout_.settings(holder);
    auto text = contents(settings);
    const std::string before = "  \"log\":";
    const auto n = std::to_string(processors());
    text.insert(text.rfind(before),
                "  \"threads\": { \"network\": " + n + ", \"curve\": " + n + " },\n");
    std::ofstream(settings) << text;
    pid_ = start({SLUISD_PROGRAM, "--config", settings.string()}, (work / "sluisd.log").string());
  }
  ~Holder() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  void stop() {
    ::kill(pid_, SIGTERM);
    finish(std::exchange(pid_, -1), "sluisd");
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] net::Origin origin() const {
    const auto base = sluis::gateway::cli::Manifest::read(layout_.root).value().base_port;
    const auto number = sluis::gateway::cli::partner_number(holder).value();
    return {true, "127.0.0.1", sluis::gateway::cli::ports_of(base, number).peer};
  }
  [[nodiscard]] net::ClientTls tls() const {
    const auto own = layout_.partner(asking) / "tls";
    return net::ClientTls::load(
               {layout_.ca_certificate(), own / "gateway.crt", own / "gateway.key"})
        .value();
  }
  [[nodiscard]] sluis::gateway::Transcript key() const {
    const auto file = layout_.partner(holder) / "data" / "domain-keys.json";
    const auto records = sluis::gateway::read_records(contents(file)).value();
    for (const auto& record : records)
      if (record.transcript.use == "tag") return record.transcript;
    throw std::runtime_error("the region has no key for tags");
  }

 private:
  RegionLayout layout_;
  pid_t pid_ = -1;
};

struct Prepared {
  sluis::gateway::EvaluationRequest request;
  std::string body;
};

Prepared prepare(const sluis::gateway::Transcript& key, std::size_t batch) {
  Prepared made{{{key.domain, key.epoch, key.use}, key.generation, {}, {}}, {}};
  for (const auto& each : key.holders)
    if (each.id.str() == holder || each.id.str() == other_holder)
      made.request.holders.push_back(each.id);
  made.request.blinded.resize(batch);
  for (auto& element : made.request.blinded) crypto_core_ristretto255_random(element.data());
  made.body = sluis::gateway::peer::evaluation_request(made.request);
  return made;
}

/// The partner: one thread, so many kept connections.
class Asking {
 public:
  Asking(const Holder& of, std::size_t connections)
      : client_(context_, of.origin(), of.tls(), limits(connections)) {}
  ~Asking() {
    client_.close();
    context_.restart();
    context_.run();  // what was closed ends
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  /// The body of the answer; nothing when there was none, or another status than 200.
  std::string ask(const std::string& body) {
    std::string answer;
    spawn(one(body, answer));
    run_all();
    return answer;
  }
  /// Seconds for `load.requests` of these in turn, `load.at_a_time` under way. Throws unless each
  /// is answered with 200 and as many bytes as `like`.
  double ask_all(const std::vector<Prepared>& bodies, const Load& load, std::size_t like) {
    std::size_t next = 0;
    bool failed = false;
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < load.at_a_time; ++i)
      spawn(some(bodies, load.requests, like, next, failed));
    run_all();
    if (failed) throw std::runtime_error("an answer is not as it should be");
    return since(begin);
  }

 private:
  static net::ClientLimits limits(std::size_t connections) {
    net::ClientLimits made;
    made.connections = connections;
    made.request_ms = made.connect_ms = std::chrono::minutes(2);
    return made;
  }
  net::ClientRequest request(const std::string& body) {
    net::ClientRequest made;
    made.method = "POST";
    made.target = "/peer/v1/evaluations";
    made.content_type = "application/json";
    made.body = body;
    return made;
  }
  sluis::gateway::Task<void> one(const std::string& body, std::string& answer) {
    auto made = request(body);
    auto response = co_await client_.send(std::move(made));
    if (response.ok() && response->status == 200) answer = std::move(response->body);
  }
  sluis::gateway::Task<void> some(const std::vector<Prepared>& bodies, std::size_t requests,
                                  std::size_t like, std::size_t& next, bool& failed) {
    while (next < requests && !failed) {
      auto made = request(bodies[next++ % bodies.size()].body);
      auto response = co_await client_.send(std::move(made));
      if (!response.ok() || response->status != 200 || response->body.size() != like) failed = true;
    }
  }
  void spawn(sluis::gateway::Task<void> task) {
    ++under_way_;
    asio::co_spawn(context_, std::move(task), [this](const std::exception_ptr& thrown) {
      // What a kept connection waits for would hold the context running for ever.
      if (--under_way_ == 0 || thrown) context_.stop();
      if (thrown) std::rethrow_exception(thrown);
    });
  }
  void run_all() {
    context_.restart();
    context_.run();
  }

  asio::io_context context_{1};
  net::HttpClient client_;
  std::size_t under_way_ = 0;
};

/// Until the holder, that was just started, answers; then that the answer is right. Its size.
std::size_t checked_answer(Asking& asking_one, const sluis::gateway::Transcript& key,
                           const Prepared& prepared) {
  std::string answer;
  const auto begin = Clock::now();
  while (answer.empty() && since(begin) < 60) {
    answer = asking_one.ask(prepared.body);
    if (answer.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  if (answer.empty()) throw std::runtime_error("the holder does not answer");
  std::vector<std::uint32_t> numbers;
  std::uint32_t own = 0;
  for (const auto& each : key.holders) {
    if (each.id.str() == holder) own = each.number;
    if (each.id.str() == holder || each.id.str() == other_holder) numbers.push_back(each.number);
  }
  const auto share = crypto::Element::parse(key.holder_keys.at(own - 1)).value();
  const auto evaluation = sluis::gateway::peer::read_evaluation_answer(
      answer, key.generation, prepared.request.blinded.size());
  if (!evaluation || !crypto::verify(crypto::weighted_public(share, own, numbers).bytes(),
                                     prepared.request.blinded, *evaluation))
    throw std::runtime_error("the holder's proof does not verify");
  return answer.size();
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Figures {
  double elements, ratio;  // elements a second; of half the raw multiplications a second
};

Figures measure(const Holder& of, const sluis::gateway::Transcript& key, const Load& load) {
  std::vector<Prepared> prepared;
  for (std::size_t i = 0; i < load.prepared; ++i) prepared.push_back(prepare(key, load.batch));
  Asking asking_one(of, load.at_a_time);
  const auto size = checked_answer(asking_one, key, prepared.front());
  Load warm = load;
  warm.requests = load.at_a_time;
  asking_one.ask_all(prepared, warm, size);

  std::vector<double> elements, ratio, raw, holder_share, asking_share;
  double raw_before = raw_rate(processors(), raw_seconds);
  for (int round = 0; round < rounds; ++round) {
    const double holder_cpu = cpu_seconds(of.pid()), own_cpu = own_cpu_seconds();
    const double seconds = asking_one.ask_all(prepared, load, size);
    const double available = seconds * processors();
    holder_share.push_back((cpu_seconds(of.pid()) - holder_cpu) / available);
    asking_share.push_back((own_cpu_seconds() - own_cpu) / available);
    const double raw_after = raw_rate(processors(), raw_seconds);
    raw.push_back((raw_before + raw_after) / 2);
    elements.push_back(static_cast<double>(load.batch * load.requests) / seconds);
    ratio.push_back(elements.back() / (raw.back() / 2));
    raw_before = raw_after;
  }
  std::printf("%6zu %10zu %11.0f %11.0f %9.0f %% %9.0f %% %7.3f\n", load.batch, load.at_a_time,
              median(raw), median(elements), 100 * median(holder_share), 100 * median(asking_share),
              median(ratio));
  std::fflush(stdout);
  return {median(elements), median(ratio)};
}

void measure_all() {
  crypto::init();
  const auto work = fs::temp_directory_path() / ("sluis-bench-" + std::to_string(getpid()));
  fs::create_directories(work);
  Holder of(work);
  const auto key = of.key();
  std::printf("%u processors; the share of them that the holder and the asking have\n",
              processors());
  std::printf("%6s %10s %11s %11s %11s %11s %7s\n", "batch", "at a time", "raw/s", "elements/s",
              "holder", "asking", "ratio");
  Figures headline{};
  for (const auto& load : loads) headline = measure(of, key, load);
  of.stop();
  fs::remove_all(work);
  std::printf("raw: crypto_scalarmult_ristretto255 on all processors; asked for at 1,000: %.1f\n",
              asked_for);
  std::printf("evaluations: %.0f elements/s, ratio %.3f of raw scalar multiplications / 2\n",
              headline.elements, headline.ratio);
}

}  // namespace

int main() {
  try {
    measure_all();
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "evaluations_bench: %s\n", fault.what());
    return 1;
  }
}
