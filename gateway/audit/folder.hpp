// The folder that a log is published in.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sluis::gateway::audit {

enum class Durable : bool { no, yes };

/// Names are relative, with `/` between their parts. What fails throws std::system_error, whose
/// text names the file.
class Folder {
 public:
  explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}

  /// Nothing where there is no such file.
  [[nodiscard]] std::optional<std::string> read(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;
  /// A reader sees the old file or the new one, never a part. Mode 0600, in folders of mode 0700.
  /// Durable: the bytes are on disk before the name is.
  void write(const std::string& name, std::string_view bytes, Durable durable) const;
  /// Removes the file, and its folder where it was the last one there.
  void remove(const std::string& name) const;
  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

  /// What a file is called while it is written.
  static constexpr std::string_view unfinished = ".tmp";

 private:
  std::filesystem::path root_;
};

}  // namespace sluis::gateway::audit
