#include "gateway/cli/send.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <istream>
#include <mutex>
#include <ostream>
#include <sstream>
#include <thread>
#include <vector>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/send_report.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Error;
using config::Json;
using std::chrono::steady_clock;

namespace {

/// Growing pauses between tries, until nothing has come through for too long.
class Patience {
 public:
  explicit Patience(std::chrono::seconds most) : most_(most) { progress(); }
  void progress() {
    last_progress_ = steady_clock::now();
    pause_ = first_pause;
  }
  /// The next pause, not shorter than what the gateway asked; nothing when patience is over.
  std::optional<std::chrono::milliseconds> next(std::optional<std::chrono::seconds> asked) {
    const auto pause =
        std::max<std::chrono::milliseconds>(pause_, asked.value_or(std::chrono::seconds(0)));
    if (steady_clock::now() + pause > last_progress_ + most_) return std::nullopt;
    pause_ = std::min(pause_ * 2, longest_pause);
    return pause;
  }

 private:
  static constexpr std::chrono::milliseconds first_pause{100}, longest_pause{5000};
  const std::chrono::seconds most_;
  steady_clock::time_point last_progress_;
  std::chrono::milliseconds pause_{first_pause};
};

constexpr unsigned too_large = 413;

bool is_passing(std::uint64_t status) {
  return status == 503 || status == 429;
}

/// The workers of one file. Each has a connection and a thread of its own; what they share is
/// guarded by `mutex_`.
class Sender {
 public:
  Sender(const SendOptions& options, const Target& target, std::istream& file, Console& console)
      : options_(options),
        target_(target),
        console_(console),
        lines_(file, options.batch),
        progress_(console) {}

  void run() {
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < options_.in_flight; ++i) workers.emplace_back([this] { work(); });
    for (auto& worker : workers) worker.join();
    for (auto left = lines_.next(); stopped_ && !left.empty(); left = lines_.next()) {
      report_.not_sent(left);
    }
    progress_.clear();
  }
  [[nodiscard]] const SendReport& report() const { return report_; }
  /// What ended it before the end of the file, or nothing.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  void work() {
    auto client = ApiClient::open(target_);
    if (!client) return stop(client.failure());
    for (auto batch = take(); !batch.empty(); batch = take()) deliver(*client, std::move(batch));
  }

  Batch take() {
    const std::scoped_lock lock(mutex_);
    return stopped_ ? Batch() : lines_.next();
  }

  void stop(Error why) {
    const std::scoped_lock lock(mutex_);
    if (!stopped_) failure_ = std::move(why);
    stopped_ = true;
    wake_.notify_all();
  }

  /// Until every line of the batch has its answer, or patience is over.
  void deliver(ApiClient& client, Batch batch) {
    Patience patience(options_.retry);
    while (true) {
      const auto reply = client.call("POST", "/v1/signals", "application/x-ndjson", body_of(batch));
      const auto before = batch.size();
      Error trouble =
          reply ? error(Code::unavailable, "the gateway answers " + std::to_string(reply->status))
                : reply.failure();
      if (reply && reply->ok()) {
        batch = settle(std::move(batch), reply->body);
        if (batch.empty()) return;
        trouble = error(Code::unavailable, "the gateway cannot take signals now");
      } else if (reply && reply->status == too_large) {
        return deliver_halves(client, std::move(batch), *reply);
      } else if (reply && !is_passing(reply->status)) {
        return give_up(batch, json_of(*reply).failure());
      }
      if (batch.size() < before) patience.progress();
      say_waiting(trouble);
      const auto pause = patience.next(reply ? reply->retry_after : std::nullopt);
      if (!pause || !rest(*pause)) return give_up(batch, trouble);
    }
  }

  /// The gateway takes less at once than we sent: a smaller limit in its settings, or one line too
  /// large by itself, which is then refused alone.
  void deliver_halves(ApiClient& client, Batch batch, const Reply& reply) {
    if (batch.size() == 1) {
      const Json answer{{"status", too_large},
                        {"problem", Json::parse(reply.body, nullptr, false)}};
      const std::scoped_lock lock(mutex_);
      return report_.add(batch.front().number, answer);
    }
    const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
    Batch second(std::make_move_iterator(middle), std::make_move_iterator(batch.end()));
    batch.erase(middle, batch.end());
    deliver(client, std::move(batch));
    deliver(client, std::move(second));
  }

  /// Notes every line that has its final answer; gives those that have none, or a passing one.
  Batch settle(Batch batch, const std::string& body) {
    std::vector<bool> settled(batch.size(), false);
    std::istringstream answers(body);
    std::string text;
    const std::scoped_lock lock(mutex_);
    while (std::getline(answers, text)) {
      const auto answer = Json::parse(text, nullptr, false);
      if (!answer.is_object()) continue;
      const auto place = number_at(answer, "line");
      if (place < 1 || place > batch.size() || settled[place - 1]) continue;
      if (is_passing(number_at(answer, "status"))) continue;
      settled[place - 1] = true;
      waits_for_.clear();
      report_.add(batch[place - 1].number, answer);
    }
    progress_.show(grouped(report_.settled()) + " signals sent");
    Batch left;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!settled[i]) left.push_back(std::move(batch[i]));
    }
    return left;
  }

  /// Each cause once, until a line has come through: whoever watches knows what is waited for.
  void say_waiting(const Error& trouble) {
    const std::scoped_lock lock(mutex_);
    if (stopped_ || options_.retry.count() == 0 || waits_for_ == trouble.detail) return;
    waits_for_ = trouble.detail;
    progress_.clear();
    console_.err << "waiting: " << printable(trouble.detail) << "; trying again, for up to "
                 << options_.retry.count() << " s without progress" << std::endl;
  }

  void give_up(const Batch& batch, Error why) {
    {
      const std::scoped_lock lock(mutex_);
      report_.not_sent(batch);
    }
    stop(std::move(why));
  }

  /// False when another worker has given up meanwhile.
  bool rest(std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, pause, [this] { return stopped_; });
  }

  const SendOptions& options_;
  const Target& target_;
  Console& console_;
  std::mutex mutex_;  // guards what follows, and console_.err
  std::condition_variable wake_;
  Lines lines_;
  SendReport report_;
  Progress progress_;
  std::string waits_for_;  // as it was last said
  bool stopped_ = false;
  std::optional<Error> failure_;
};

}  // namespace

Outcome send_file(const SendOptions& options, Console& console) {
  const auto target = options.target.resolve();
  if (!target) return target.failure();
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file);
    if (!file) return error(Code::not_found, options.file + ": cannot be opened");
  }
  Sender sender(options, *target, options.file == "-" ? console.in : file, console);
  sender.run();
  const auto& report = sender.report();
  if (options.json) {
    print_json(console, report.document());
  } else {
    report.print(console.out);
  }
  if (sender.failure()) return *sender.failure();
  return report.refused() == 0 ? Exit::fine : Exit::refused;
}

}  // namespace sluis::gateway::cli
