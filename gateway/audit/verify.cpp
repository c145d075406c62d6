#include "gateway/audit/verify.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include "gateway/audit/diagnosis.hpp"
#include "gateway/audit/log_reader.hpp"
#include "gateway/audit/record.hpp"
#include "gateway/audit/tiles.hpp"
#include "gateway/audit/witness.hpp"

namespace sluis::gateway::audit {
namespace {

std::string records_text(std::uint64_t first, std::uint64_t last) {
  return "records " + std::to_string(first) + " to " + std::to_string(last);
}

using config::Code;
using config::Result;

std::string at_record(std::uint64_t index) {
  return "record " + std::to_string(index);
}

/// A state of the log that somebody else knows.
struct Earlier {
  Checkpoint checkpoint;
  std::string whose;
};

/// One walk over all records. The first fault ends it, apart from one in a tile above the records:
/// only the root tells whether the tile was forged or the records below it.
class Walk {
 public:
  Walk(const LogReader& reader, const Checkpoint& checkpoint, const VerifyOptions& options,
       std::vector<Earlier> earlier)
      : reader_(reader), checkpoint_(checkpoint), options_(options), earlier_(std::move(earlier)) {
    // The smallest last: it is the first that the walk comes to.
    std::ranges::sort(earlier_, std::ranges::greater{},
                      [](const Earlier& each) { return each.checkpoint.size; });
  }

  std::optional<Fault> run() {
    const TileEdge::Full compare = [this](unsigned level, std::uint64_t index,
                                          std::span<const Hash> hashes) {
      compare_tile(level, index, hashes);
    };
    while (!fault_ && edge_.size() < checkpoint_.size) walk_tile(compare);
    if (fault_) return fault_;
    for (unsigned level = 1; level < edge_.levels(); ++level) {
      if (!edge_.growing(level).empty()) {
        compare_tile(level, edge_.index(level), edge_.growing(level));
      }
    }
    check_since();
    return conclude();
  }
  [[nodiscard]] std::uint64_t checked() const noexcept { return edge_.size(); }

 private:
  void walk_tile(const TileEdge::Full& compare) {
    const auto first = edge_.size();
    const auto width = std::min(checkpoint_.size - first, tile_width);
    const auto bundle = reader_.bundle(first / tile_width, width);
    const auto tile = reader_.tile(0, first / tile_width, width);
    if (!bundle) return diagnose(first);
    auto rest = std::string_view(bundle->bytes);
    for (std::uint64_t i = 0; i < width; ++i) {
      check_since();
      const auto record = take_from_bundle(rest);
      if (!record) return diagnose(first + i);
      const auto leaf = leaf_hash(crypto::as_view(*record));
      if (!tile || !same_hash(*tile, i, leaf)) return diagnose(first + i);
      if (options_.records_are_ours && !is_canonical_record(*record)) {
        return blame(first + i, "is not in canonical form (RFC 8785)");
      }
      edge_.append(leaf, compare);
    }
    if (bundle->exact && !rest.empty()) diagnose(first + width);
  }

  static bool same_hash(const LogFile& tile, std::uint64_t place, const Hash& hash) {
    const auto bytes = std::string_view(tile.bytes);
    return bytes.size() >= (place + 1) * 32 &&
           bytes.substr(place * 32, 32) == crypto::as_text(hash);
  }

  void blame(std::uint64_t index, const std::string& what) {
    fault_ = Fault{index, at_record(index) + " " + what};
  }
  void diagnose(std::uint64_t index) { fault_ = audit::diagnose(reader_, checkpoint_, index); }

  /// Tiles above the records: the first that differs is kept until the root is known.
  void compare_tile(unsigned level, std::uint64_t index, std::span<const Hash> hashes) {
    if (level == 0 || tile_fault_) return;
    const auto name = tile_path(level, index, hashes.size());
    const auto tile = reader_.tile(level, index, hashes.size());
    const auto span = std::uint64_t{1} << (8 * level);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (tile && same_hash(*tile, i, hashes[i])) continue;
      const auto first = (index * tile_width + i) * span;
      const auto records = records_text(first, first + span - 1);
      if (!tile) {
        tile_fault_ = {{first, name + " is missing"}, {first, name + " is missing"}};
      } else {
        tile_fault_ = {{first, name + " is forged: its hash " + std::to_string(i) +
                                   " is not that of " + records},
                       {first, "one of " + records + " was changed, with its tile of hashes"}};
      }
      return;
    }
  }

  void check_since() {
    while (!earlier_.empty() && earlier_.back().checkpoint.size == edge_.size()) {
      const auto& [known, whose] = earlier_.back();
      if (known.root != edge_.root() && !since_fault_) {
        since_fault_ = Fault{std::nullopt, "the first " + std::to_string(known.size) +
                                               " records are not those of " + whose};
      }
      earlier_.pop_back();
    }
  }

  std::optional<Fault> conclude() {
    const bool root_fits = edge_.root() == checkpoint_.root;
    if (root_fits && since_fault_) return since_fault_;
    if (tile_fault_) return root_fits ? tile_fault_->if_root_fits : tile_fault_->if_not;
    if (root_fits) return std::nullopt;
    if (since_fault_) return since_fault_;
    return Fault{std::nullopt,
                 "records 0 to " + std::to_string(checkpoint_.size - 1) +
                     " agree with their tiles, and do not give the root that was signed"};
  }

  const LogReader& reader_;
  const Checkpoint& checkpoint_;
  const VerifyOptions& options_;
  std::vector<Earlier> earlier_;
  TileEdge edge_;
  struct TileFault {
    Fault if_root_fits, if_not;
  };
  std::optional<Fault> fault_, since_fault_;
  std::optional<TileFault> tile_fault_;
};

/// What a checkpoint that does not open has to do with the log.
Fault checkpoint_fault(const std::string& which, const config::Error& cause) {
  return {std::nullopt, which + ": " + cause.detail};
}

/// A state that must lie within the log.
std::optional<Fault> add_earlier(const Checkpoint& now, Checkpoint known, std::string whose,
                                 std::vector<Earlier>& earlier) {
  if (known.size > now.size) {
    return Fault{now.size, "the log is cut short: " + std::to_string(now.size) + " records, and " +
                               whose + " has " + std::to_string(known.size)};
  }
  earlier.push_back({std::move(known), std::move(whose)});
  return std::nullopt;
}

/// The last state of this log that the witness signed, among what is there.
std::optional<Checkpoint> last_cosigned(const std::vector<std::string>& notes, const Verifier& log,
                                        const Verifier& witness) {
  std::optional<Checkpoint> last;
  for (const auto& text : notes) {
    const auto note = parse_note(text);
    const auto checkpoint = open_checkpoint(text, log);
    if (!note || !checkpoint || !cosigned_at(*note, witness)) continue;
    if (!last || checkpoint->size > last->size) last = *checkpoint;
  }
  return last;
}

/// Fills in the checkpoint, and the states that others know.
std::optional<Fault> open_all(const LogReader& reader, const Verifier& log,
                              const VerifyOptions& options, Checkpoint& checkpoint,
                              std::vector<Earlier>& earlier) {
  const auto note = reader.checkpoint();
  if (!note) return Fault{std::nullopt, "checkpoint is missing"};
  auto opened = open_checkpoint(*note, log);
  if (!opened) return checkpoint_fault("checkpoint", opened.failure());
  checkpoint = *opened;
  if (options.since) {
    auto since = open_checkpoint(*options.since, log);
    if (!since) return checkpoint_fault("the earlier checkpoint", since.failure());
    if (auto fault = add_earlier(checkpoint, *since, "the earlier checkpoint", earlier))
      return fault;
  }
  if (options.witnesses.empty()) return std::nullopt;
  auto notes = reader.witnessed();
  notes.push_back(*note);
  if (options.since) notes.push_back(*options.since);
  for (const auto& witness : options.witnesses) {
    const auto last = last_cosigned(notes, log, witness);
    if (!last) {
      return Fault{std::nullopt, "there is no good cosignature of this log by " + witness.name};
    }
    if (auto fault = add_earlier(checkpoint, *last, "the witness " + witness.name, earlier))
      return fault;
  }
  return std::nullopt;
}

}  // namespace

VerifyReport verify_log(const std::filesystem::path& folder, const Verifier& log,
                        const VerifyOptions& options) try {
  VerifyReport report;
  const LogReader reader(folder);
  std::vector<Earlier> earlier;
  report.fault = open_all(reader, log, options, report.checkpoint, earlier);
  if (report.fault) return report;
  Walk walk(reader, report.checkpoint, options, std::move(earlier));
  report.fault = walk.run();
  report.records_checked = walk.checked();
  return report;
} catch (const std::system_error& cause) {
  VerifyReport report;
  report.fault = Fault{std::nullopt, cause.what()};
  return report;
}

Result<std::string> claimed_origin(const std::filesystem::path& folder) try {
  const auto text = LogReader(folder).checkpoint();
  if (!text) {
    return config::error(Code::not_found, folder.string() + " has no checkpoint: not a log");
  }
  auto note = parse_note(*text);
  if (!note) return note.failure();
  auto checkpoint = parse_checkpoint(note->body);
  if (!checkpoint) return checkpoint.failure();
  return checkpoint->origin;
} catch (const std::system_error& cause) {
  return config::error(Code::unavailable, cause.what());
}

}  // namespace sluis::gateway::audit
