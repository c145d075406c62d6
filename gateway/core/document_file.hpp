// What the files of signed documents (directory, policy) have in common.
#pragma once

#include <cstddef>
#include <filesystem>

#include "config/result.hpp"

namespace sluis::gateway {

inline constexpr std::size_t most_document_bytes = std::size_t{4} * 1024 * 1024;

/// The same error, with the file that it is about in front.
inline config::Error in_file(const std::filesystem::path& file, const config::Error& why) {
  return config::error(why.code, file.string() + ": " + why.detail, why.pointer);
}

}  // namespace sluis::gateway
