// Reads a published log's files, in whichever width they are there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gateway/audit/folder.hpp"
#include "gateway/audit/merkle.hpp"

namespace sluis::gateway::audit {

struct LogFile {
  std::string bytes;
  /// It is the file of the width that was asked for; else one of a later state, which has more,
  /// or of an earlier one.
  bool exact = true;
};

class LogReader {
 public:
  explicit LogReader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::optional<std::string> checkpoint() const { return folder_.read("checkpoint"); }
  /// The checkpoint as partners' witnesses cosigned it, each in a note of its own.
  [[nodiscard]] std::vector<std::string> witnessed() const;
  [[nodiscard]] std::optional<LogFile> bundle(std::uint64_t index, std::uint64_t width) const;
  [[nodiscard]] std::optional<LogFile> tile(unsigned level, std::uint64_t index,
                                            std::uint64_t width) const;

  /// The root of a full subtree of 2^level leaves in a tree of `size`, by its tile: for proofs.
  [[nodiscard]] std::optional<Hash> subtree(unsigned level, std::uint64_t index,
                                            std::uint64_t size) const;

  /// What the hash tiles say of the leaves, and the hashes of the records as they are: at most
  /// `size` of each, as far as their files go. A bundle that is missing or ends early counts as
  /// short; what follows it moves up.
  /// Those of tiles end at the first that is missing or short.
  [[nodiscard]] std::vector<Hash> tile_leaves(std::uint64_t size) const;
  [[nodiscard]] std::vector<Hash> record_leaves(std::uint64_t size) const;

 private:
  using Path = std::string (*)(unsigned level, std::uint64_t index, std::uint64_t width);
  [[nodiscard]] std::optional<LogFile> find(Path path, unsigned level, std::uint64_t index,
                                            std::uint64_t width) const;
  Folder folder_;
};

}  // namespace sluis::gateway::audit
