#include "gateway/audit/publisher.hpp"

#include <future>
#include <memory>
#include <vector>

namespace sluis::gateway::audit {
namespace {

namespace fs = std::filesystem;
using config::Code;
using config::Result;

constexpr const char* checkpoint_name = "checkpoint";
/// Leaves that are asked of the store at once: so long does it do nothing else.
constexpr std::size_t slice_leaves = 4096;

}  // namespace

template <class F>
auto Publisher::look(F view) {
  using Answer = std::invoke_result_t<F, store::Transaction&>;
  auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  auto found = std::make_shared<std::optional<Answer>>();
  store_.read([view, found](store::Transaction& tx) { found->emplace(view(tx)); },
              [promise, found](std::exception_ptr failure) {
                if (failure) return promise->set_exception(failure);
                promise->set_value(std::move(**found));
              });
  return answer.get();
}

Publisher::Publisher(store::Store& store, fs::path folder, PublisherLimits limits)
    : store_(store), root_(std::move(folder)), limits_(limits), folder_(root_) {
  thread_ = std::thread([this] { run(); });
}

void Publisher::wake() noexcept {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_all();
}

Result<void> Publisher::flush(std::chrono::milliseconds deadline) {
  std::unique_lock lock(mutex_);
  const auto round = begun_ + 1;  // the first that is sure to see what is committed now
  wanted_ = hurry_ = true;
  changed_.notify_all();
  const bool ended =
      changed_.wait_for(lock, deadline, [&] { return ended_ >= round || stopping_; });
  if (ended_ >= round && !failure_) return {};
  if (failure_) return *failure_;
  return config::error(Code::unavailable, ended ? "audit log: the publisher has stopped"
                                                : "audit log: not published in time");
}

void Publisher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Publisher::healthy() const {
  const std::lock_guard lock(mutex_);
  return !failure_;
}

void Publisher::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || wanted_; });
    if (stopping_) return;
    wanted_ = hurry_ = false;
    ++begun_;
    lock.unlock();
    auto outcome = round();
    lock.lock();
    ended_ = begun_;
    failure_.reset();
    if (!outcome) {
      failure_ = outcome.failure();
      wanted_ = true;
    }
    changed_.notify_all();
    const auto pause = outcome ? limits_.pause : limits_.retry;
    changed_.wait_for(lock, pause, [this] { return stopping_ || hurry_; });
  }
}

Result<void> Publisher::round() try {
  publish();
  return {};
} catch (const std::exception& cause) {
  // How far the files came is unknown: the next round looks through all of them again.
  start_over(0);
  return config::error(Code::unavailable, std::string("audit log not published: ") + cause.what());
}

void Publisher::start_over(std::uint64_t first) {
  first_ = first;
  edge_ = {};
  partials_.clear();
  swept_ = false;
}

void Publisher::publish() {
  const auto logs = look([](store::Transaction& tx) { return tx.logs(); });
  for (const auto& log : logs) {
    if (log.first < first_) continue;  // it is whole, and done
    if (log.first > first_) start_over(log.first);
    publish_log(log);
  }
}

void Publisher::publish_log(const store::Log& log) {
  if (log.size == edge_.size() && swept_) return;
  folder_ = Folder(root_ / log.origin.substr(log.origin.rfind('/') + 1));
  advance(log.size);
  std::set<std::string> names;
  for (unsigned level = 0; level < edge_.levels(); ++level) {
    const auto& tile = edge_.growing(level);
    if (tile.empty()) continue;
    const auto index = edge_.index(level);
    put_partial(tile_path(level, index, tile.size()), tile_bytes(tile), names);
    if (level > 0) continue;
    put_partial(bundle_path(index, tile.size()), bundle(index, tile.size()), names);
  }
  folder_.write(checkpoint_name, log.note, Durable::no);
  for (const auto& name : partials_) {
    if (!names.contains(name)) folder_.remove(name);
  }
  partials_ = std::move(names);
  if (!swept_) sweep();
  swept_ = true;
}

void Publisher::advance(std::uint64_t size) {
  const TileEdge::Full put = [this](unsigned level, std::uint64_t index,
                                    std::span<const Hash> hashes) {
    put_full(level, index, hashes);
  };
  while (edge_.size() < size) {
    const auto from = edge_.size();
    const auto most = std::min<std::uint64_t>(size - from, slice_leaves);
    const auto leaves =
        look([at = first_ + from, most](store::Transaction& tx) { return tx.leaves(at, most); });
    if (leaves.size() != most) throw std::runtime_error("the store has fewer records than it says");
    for (const auto& leaf : leaves) edge_.append(leaf, put);
  }
}

void Publisher::put_full(unsigned level, std::uint64_t index, std::span<const Hash> hashes) {
  const auto tile = tile_path(level, index, tile_width);
  const auto bytes = tile_bytes(hashes);
  const bool same = folder_.read(tile) == bytes;
  const auto records = bundle_path(index, tile_width);
  // The bundle first: where the tile stands, its records do.
  if (level == 0 && !(same && folder_.has(records))) {
    folder_.write(records, bundle(index, tile_width), Durable::yes);
  }
  if (!same) folder_.write(tile, bytes, Durable::yes);
}

void Publisher::put_partial(const std::string& name, std::string_view bytes,
                            std::set<std::string>& names) {
  names.insert(name);
  if (!partials_.contains(name)) folder_.write(name, bytes, Durable::no);
}

std::string Publisher::bundle(std::uint64_t index, std::uint64_t width) {
  const auto at = first_ + index * tile_width;
  const auto records = look([at, width](store::Transaction& tx) { return tx.entries(at, width); });
  if (records.size() != width) throw std::runtime_error("the store has fewer records than it says");
  std::string bytes;
  for (const auto& record : records) append_to_bundle(bytes, record);
  return bytes;
}

/// What an earlier run left behind: files cut short, and partial tiles that no checkpoint covers.
void Publisher::sweep() const {
  std::vector<std::string> stale;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.root())) {
    if (!entry.is_regular_file()) continue;
    const auto name = entry.path().lexically_relative(folder_.root()).generic_string();
    const bool partial = name.find(".p/") != std::string::npos && !partials_.contains(name);
    if (partial || name.ends_with(Folder::unfinished)) stale.push_back(name);
  }
  for (const auto& name : stale) folder_.remove(name);
}

}  // namespace sluis::gateway::audit
