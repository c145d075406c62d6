// What the store's tests share: an engine behind its interface, rows to put in it, and waiting.
#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gateway/store/store.hpp"

namespace sluis::gateway::store::test {

/// An empty folder that goes when the test does.
class TempFolder {
 public:
  TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Puts records in the log as they come, with their SHA-256 as leaf and "size N" as checkpoint. It
/// can be told to refuse.
class PlainSequencer final : public Sequencer {
 public:
  void sequence(Transaction& tx, const std::vector<std::string>& records) override;
  void committed() noexcept override { ++commits; }
  void undone() noexcept override { ++undos; }

  // Set and read by tests while the store is idle, and used on its thread.
  bool refuse = false;
  int calls = 0, commits = 0, undos = 0;
};

/// The engine under test. The contract's tests know no more of it than this: another engine is
/// tested by linking them with another definition of `open_engine`.
std::unique_ptr<Store> open_engine(const std::filesystem::path& folder, Sequencer& sequencer);

/// A store in a folder of its own; `reopen` stops it and opens what it left.
class Opened {
 public:
  Opened() : store_(open_engine(folder_.path(), sequencer)) {}
  void reopen();
  Store* operator->() { return store_.get(); }
  Store& operator*() { return *store_; }

  PlainSequencer sequencer;

 private:
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

/// Waits for `done`, at most 30 s, and throws what it brought.
void wait_for(std::future<void>& done);
std::future<void> hand_in(Store& store, Store::Work work);
/// One act, start to finish. Throws what the act threw.
void act(Store& store, Store::Work work);
/// One look, whose answer is what `view` gives.
template <class F>
auto look(Store& store, F view) {
  std::optional<std::invoke_result_t<F, Transaction&>> answer;
  auto promise = std::make_shared<std::promise<void>>();
  auto done = promise->get_future();
  store.read([&](Transaction& tx) { answer.emplace(view(tx)); },
             [promise](std::exception_ptr failure) {
               failure ? promise->set_exception(failure) : promise->set_value();
             });
  wait_for(done);
  return std::move(*answer);
}

inline Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}
config::PartnerId partner(std::string_view id);
config::DomainId domain(std::string_view id = "zvh");
config::EpochId epoch(std::string_view id);
/// 32 bytes that all are `value`.
crypto::Array<32> bytes32(std::uint8_t value);

SentSignal sent_signal();
OutboxRow outbox_row(const config::SignalId& signal, std::string_view to = "zvh");
/// With shares for k = 2 and 3, and a wrapped key for 2.
Link link(std::string_view kind, std::string_view epoch, std::uint8_t tag);
/// Closed, expires at 1,000 s.
ReceivedSignal received_signal(std::string_view from, std::vector<Link> links);

}  // namespace sluis::gateway::store::test
