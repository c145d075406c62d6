#include "gateway/store/sqlite.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/store/schema.hpp"
#include "gateway/store/sqlite_transaction.hpp"

namespace sluis::gateway::store {
namespace {

struct Act {
  Store::Work work;
  Store::Done done;
};

/// Lets go of the work first: what it borrows may end as soon as `done` was called.
void finish(Act& act, const std::exception_ptr& outcome) noexcept {
  act.work = nullptr;
  act.done(outcome);
  act.done = nullptr;
}

std::exception_ptr unavailable(const std::string& why) {
  return std::make_exception_ptr(Unavailable("store: " + why));
}

/// The exception being handled, as the contract has it for a commit that failed as a whole.
std::exception_ptr current_as_unavailable() {
  try {
    throw;
  } catch (const Unavailable&) {
    return std::current_exception();
  } catch (const std::exception& cause) {
    return unavailable(std::string("commit undone: ") + cause.what());
  } catch (...) {
    return unavailable("commit undone");
  }
}

class SqliteStore final : public Store {
 public:
  SqliteStore(Database database, Sequencer& sequencer, SqliteLimits limits)
      : database_(std::move(database)), sequencer_(sequencer), limits_(limits) {
    thread_ = std::thread([this] { run(); });
  }
  ~SqliteStore() override { stop(); }

  void write(Work work, Done done) override {
    hand_in(writes_, {std::move(work), std::move(done)});
  }
  void read(Work work, Done done) override { hand_in(reads_, {std::move(work), std::move(done)}); }
  void scrub(Done done) override { hand_in(scrubs_, {nullptr, std::move(done)}); }
  void stop() override;
  [[nodiscard]] bool healthy() const noexcept override { return healthy_; }

 private:
  void hand_in(std::deque<Act>& queue, Act act);
  void run();
  void look(Act& act);
  void commit(std::deque<Act>& acts);
  void scrub(Act& act);
  std::vector<std::exception_ptr> perform_all(std::deque<Act>& acts, bool& sequenced);
  std::exception_ptr perform(Act& act, std::vector<std::string>& records);
  void sequence(const std::vector<std::string>& records);

  // The store's thread alone, once it runs.
  std::optional<Database> database_;
  std::optional<Names> names_;
  Sequencer& sequencer_;

  const SqliteLimits limits_;
  std::atomic<bool> healthy_ = true;
  std::mutex mutex_;
  std::condition_variable wake_;  // under mutex_, as is what follows
  std::deque<Act> reads_;
  std::deque<Act> writes_;
  std::deque<Act> scrubs_;
  bool stopping_ = false;
  std::thread thread_;
};

void SqliteStore::hand_in(std::deque<Act>& queue, Act act) {
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = "stopped";
    } else if (queue.size() >= limits_.queue_acts) {
      refusal = "its queue is full: try again later";
    } else {
      queue.push_back(std::move(act));
    }
  }
  if (refusal != nullptr) return finish(act, unavailable(refusal));
  wake_.notify_one();
}

void SqliteStore::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SqliteStore::run() {
  names_.emplace(*database_);
  for (;;) {
    std::deque<Act> reads;
    std::deque<Act> writes;
    std::deque<Act> scrubs;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] {
        return stopping_ || !reads_.empty() || !writes_.empty() || !scrubs_.empty();
      });
      if (reads_.empty() && writes_.empty() && scrubs_.empty()) break;
      reads.swap(reads_);
      const auto share = std::min(writes_.size(), limits_.commit_acts);
      const auto end = writes_.begin() + static_cast<std::ptrdiff_t>(share);
      writes.assign(std::make_move_iterator(writes_.begin()), std::make_move_iterator(end));
      writes_.erase(writes_.begin(), end);
      // Not before every act that was handed in earlier.
      if (writes_.empty()) scrubs.swap(scrubs_);
    }
    for (auto& act : reads) look(act);
    if (!writes.empty()) commit(writes);
    for (auto& act : scrubs) scrub(act);
  }
  names_.reset();
  database_.reset();
}

void SqliteStore::look(Act& act) {
  std::exception_ptr outcome;
  SqliteTransaction view(*database_, *names_, Use::read);
  try {
    act.work(view);
  } catch (...) {
    outcome = std::current_exception();
  }
  const auto failure = database_->take_failure();
  if (failure && failure->out_of_our_hands()) {
    healthy_ = false;
    outcome = unavailable(failure->what());
  }
  finish(act, outcome);
}

void SqliteStore::commit(std::deque<Act>& acts) {
  std::vector<std::exception_ptr> outcomes;
  bool sequenced = false;
  try {
    outcomes = perform_all(acts, sequenced);
    if (std::ranges::find(outcomes, nullptr) == outcomes.end()) {
      database_->roll_back();  // nothing to make durable
    } else {
      database_->exec("COMMIT");
      healthy_ = true;
    }
    if (sequenced) sequencer_.committed();
  } catch (...) {
    outcomes.assign(acts.size(), current_as_unavailable());
    healthy_ = false;
    database_->roll_back();
    (void)database_->take_failure();
    names_->forget();
    if (sequenced) sequencer_.undone();
  }
  for (std::size_t i = 0; i < acts.size(); ++i) finish(acts[i], outcomes[i]);
}

/// Removed rows are overwritten where they stood (secure_delete). Two places are left: pages that
/// rows were moved out of, which only a new table gets rid of, and the log, which a checkpoint
/// that truncates empties.
void SqliteStore::scrub(Act& act) {
  std::exception_ptr outcome;
  try {
    database_->run("BEGIN IMMEDIATE");
    if (database_->run("DELETE FROM meta WHERE key = ?", links_dropped_key) > 0)
      write_links_anew(*database_);
    if (database_->run("DELETE FROM meta WHERE key = ?", subjects_forgotten_key) > 0)
      write_subjects_anew(*database_);
    database_->run("COMMIT");
    Query query = database_->query("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!query.step() || query.integer(0) != 0) outcome = unavailable("its log cannot be emptied");
  } catch (...) {
    outcome = current_as_unavailable();
    database_->roll_back();
    (void)database_->take_failure();
  }
  finish(act, outcome);
}

std::vector<std::exception_ptr> SqliteStore::perform_all(std::deque<Act>& acts, bool& sequenced) {
  std::vector<std::exception_ptr> outcomes;
  std::vector<std::string> records;
  outcomes.reserve(acts.size());
  database_->run("BEGIN IMMEDIATE");
  for (auto& act : acts) outcomes.push_back(perform(act, records));
  if (!records.empty()) {
    sequenced = true;
    sequence(records);
  }
  return outcomes;
}

/// One act inside the commit: it stands whole, with its records, or is undone whole. Throws where
/// the engine itself is in trouble, which ends the commit.
std::exception_ptr SqliteStore::perform(Act& act, std::vector<std::string>& records) {
  std::exception_ptr outcome;
  SqliteTransaction transaction(*database_, *names_, Use::act);
  database_->run("SAVEPOINT act");
  try {
    act.work(transaction);
  } catch (...) {
    outcome = std::current_exception();
  }
  // An act that caught the engine's refusal and went on is undone all the same.
  if (const auto failure = database_->take_failure()) {
    if (failure->out_of_our_hands() || !database_->in_transaction()) throw EngineError(*failure);
    if (!outcome) outcome = std::make_exception_ptr(*failure);
  }
  if (outcome) {
    database_->run("ROLLBACK TO act");
    names_->forget();
  }
  database_->run("RELEASE act");
  if (!outcome) {
    for (auto& record : transaction.take_records()) records.push_back(std::move(record));
  }
  return outcome;
}

void SqliteStore::sequence(const std::vector<std::string>& records) {
  SqliteTransaction transaction(*database_, *names_, Use::sequence);
  sequencer_.sequence(transaction, records);
  if (const auto failure = database_->take_failure()) throw EngineError(*failure);
}

}  // namespace

config::Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file,
                                                   Sequencer& sequencer, SqliteLimits limits) {
  auto database = Database::open(file, limits.cache_kib);
  if (!database) return database.failure();
  if (auto schema = prepare_schema(*database); !schema) return schema.failure();
  return std::unique_ptr<Store>(
      std::make_unique<SqliteStore>(std::move(*database), sequencer, limits));
}

}  // namespace sluis::gateway::store
