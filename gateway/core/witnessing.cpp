#include "gateway/core/witnessing.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "crypto/encoding.hpp"
#include "gateway/audit/proof.hpp"
#include "gateway/audit/witness.hpp"
#include "gateway/core/store_call.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

std::string kept_name(const config::PartnerId& partner) {
  return "witnessed/" + partner.str();
}

/// What a note says of the tree; who signed it is asked elsewhere.
Result<audit::Checkpoint> checkpoint_in(std::string_view text) {
  const auto note = audit::parse_note(text);
  if (!note) return note.failure();
  return audit::parse_checkpoint(note->body);
}

}  // namespace

Witnessing::Witnessing(const Executor& executor, const Region& region, store::Store& store,
                       audit::Journal& journal, const Recorder& recorder, WitnessPeers& peers,
                       std::filesystem::path logs, WitnessLimits limits)
    : executor_(executor),
      region_(region),
      store_(store),
      journal_(journal),
      recorder_(recorder),
      peers_(peers),
      logs_(std::move(logs)),
      limits_(limits),
      bell_(executor),
      ended_(executor, 1) {}

void Witnessing::start() {
  started_ = true;
  asio::co_spawn(executor_, run(), asio::detached);
}

Task<void> Witnessing::stop() {
  stopping_ = true;
  bell_.ring();
  if (started_) co_await ended_.wait();
}

std::vector<WitnessState> Witnessing::states() const {
  std::vector<WitnessState> all;
  for (const auto& [key, state] : states_) all.push_back(state);
  return all;
}

Task<void> Witnessing::run() {
  while (!stopping_) {
    try {
      co_await round();
    } catch (const std::exception& fault) {
      spdlog::error("witnessing: {}", fault.what());
    }
    co_await bell_.wait_until(std::chrono::steady_clock::now() + limits_.every);
  }
  ended_.arrive();
}

WitnessState& Witnessing::state_of(const config::Partner& partner, const audit::PublishedLog& log) {
  const auto [entry, fresh] =
      states_.try_emplace(Key{partner.id, log.origin}, WitnessState{partner.id, log.origin});
  auto& state = entry->second;
  if (!fresh) return state;
  // What it had signed when we last ran.
  const auto kept = audit::Folder(log.folder).read(kept_name(partner.id));
  const auto note = kept ? audit::parse_note(*kept) : error(Code::not_found, "");
  if (!note) return state;
  const auto checkpoint = audit::parse_checkpoint(note->body);
  const auto at = audit::cosigned_at(*note, audit::witness_of(partner.oin, partner.witness_key));
  if (!checkpoint || !at) return state;
  state.cosigned = checkpoint->size;
  state.at = at;
  return state;
}

Task<void> Witnessing::round() {
  // The newest log alone: an older one's last checkpoint stands in the first record of the next.
  auto look = [](store::Transaction& tx) { return tx.logs(); };
  const auto logs = co_await read(store_, std::move(look));
  if (logs.empty()) co_return;
  const auto& origin = logs.back().origin;
  std::erase_if(states_, [&](const auto& each) { return each.first.second != origin; });
  audit::PublishedLog log;
  log.folder = logs_ / origin.substr(origin.rfind('/') + 1);
  log.origin = origin;
  const auto standing = region_.standing();
  for (const auto& partner : standing->directory->partners()) {
    if (partner.id == region_.self() || !partner.active) continue;
    if (stopping_) co_return;
    auto& state = state_of(partner, log);
    co_await ask(partner, log, state);
    co_await watch_lateness(state);
  }
}

Task<void> Witnessing::ask(const config::Partner& partner, const audit::PublishedLog& log,
                           WitnessState& state) {
  const audit::LogReader reader(log.folder);
  const auto note = reader.checkpoint();
  const auto now = note ? checkpoint_in(*note) : error(Code::not_found, "");
  if (!now) co_return;
  state.size = now->size;
  if (state.cosigned == now->size && state.at) co_return;  // an idle log asks nobody
  if (state.cosigned > now->size) co_return co_await compare(partner.id, state);
  // Twice: the first answer may tell us from where the witness wants its proof.
  for (int tries = 0; tries < 2; ++tries) {
    const auto proof = audit::consistency_proof(state.cosigned, now->size,
                                                [&](unsigned level, std::uint64_t index) {
                                                  return reader.subtree(level, index, now->size);
                                                });
    if (!proof) co_return;  // the folder has moved on under us: the next round sees it whole
    auto body = audit::add_checkpoint_body({state.cosigned, *proof, *note});
    const auto answer = co_await peers_.add_checkpoint(partner.id, std::move(body));
    state.problem = answer ? "" : answer.failure().detail;
    if (!answer) co_return;
    if (answer->status == 200) {
      if (!keep(partner, log, *note, answer->body, state)) state.problem = "no good cosignature";
      co_return;
    }
    state.problem = "answered " + std::to_string(answer->status);
    auto text = std::string_view(answer->body);
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto size = answer->status == 409 ? audit::parse_size(text) : std::nullopt;
    if (!size || *size > now->size) break;
    state.cosigned = *size;
    if (*size == now->size) state.at.reset();
  }
  co_await compare(partner.id, state);
}

bool Witnessing::keep(const config::Partner& partner, const audit::PublishedLog& log,
                      const std::string& note, const std::string& lines, WitnessState& state) {
  const auto witness = audit::witness_of(partner.oin, partner.witness_key);
  const auto cosigned = audit::parse_note(note + lines);
  if (!cosigned) return false;
  const auto at = audit::cosigned_at(*cosigned, witness);
  if (!at) return false;
  std::string kept = note;
  for (const auto& one : cosigned->signatures) {
    if (one.name != witness.name || one.key_id != witness.key_id()) continue;
    kept += audit::signature_line(one.name, crypto::concat({one.key_id, one.signature}));
    break;
  }
  audit::Folder(log.folder).write(kept_name(partner.id), kept, audit::Durable::yes);
  state.cosigned = state.size;
  state.at = at;
  return true;
}

/// The witness knows another state than we: what it has is proof only with our own signature on it.
Task<void> Witnessing::compare(const config::PartnerId& partner, WitnessState& state) {
  auto hash = audit::origin_hash(state.origin);
  const auto answer = co_await peers_.last_checkpoint(partner, std::move(hash));
  if (!answer || answer->status != 200) co_return;
  auto look = [this, note = answer->body](store::Transaction& tx) {
    return journal_.check_seen(tx, note, "a witness");
  };
  const auto agrees = co_await read(store_, std::move(look));
  if (agrees || agrees.failure().code != Code::conflict) co_return;
  spdlog::critical("{}: {}", partner.str(), agrees.failure().detail);
  state.problem = "has seen a later state of our log than our database has";
  journal_.forbid();
}

Task<void> Witnessing::watch_lateness(WitnessState& state) {
  const auto now = region_.now();
  if (state.cosigned == state.size && state.at) {
    state.waiting.reset();
    state.late = false;
    co_return;
  }
  if (!state.waiting) state.waiting = now;
  if (state.late || now - *state.waiting < limits_.late) co_return;
  auto record = recorder_.start("witness.late", audit::Outcome::error, this_gateway(region_.self()),
                                Trace::fresh());
  record.counterparty = state.partner.str();
  record.object = {"checkpoint", state.origin};
  record.count = state.size - std::min(state.size, state.cosigned);
  auto act = [this, record](store::Transaction& tx) {
    recorder_.append(tx, record);
    return Nothing{};
  };
  co_await write(store_, std::move(act));
  state.late = true;
  spdlog::warn("the witness {} is late: it has signed {} of {} records of {}", state.partner.str(),
               state.cosigned, state.size, state.origin);
}

}  // namespace sluis::gateway
