// Marks bytes as secret for valgrind's memcheck, which then reports every branch and every index
// that depends on them, and marks results as public again. Only under valgrind.
#pragma once

#include <cstdint>
#include <span>

namespace sluis::constant_time {

/// From here on nothing may branch on these bytes, or on what is computed from them.
void poison(std::span<const std::uint8_t> secret);

/// `result` leaves the gateway, so that branching on it tells nobody anything. `why` says so.
/// Ends the program with status 3 where no secret went into it: then nothing was tested.
void declassify(std::span<const std::uint8_t> result, const char* why);

/// While one of these lives, multiples of elements that our code asks for are public. `why` says
/// so.
class PublicMultiples {
 public:
  explicit PublicMultiples(const char* why);
  ~PublicMultiples();
  PublicMultiples(const PublicMultiples&) = delete;
  PublicMultiples& operator=(const PublicMultiples&) = delete;
  [[nodiscard]] static bool now();
};

/// The errors that memcheck has reported so far.
unsigned reported();

/// Ends the program with status 3 where it does not run under valgrind.
void require_valgrind();

}  // namespace sluis::constant_time
