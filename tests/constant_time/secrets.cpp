#include "secrets.hpp"

#include <valgrind/memcheck.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace sluis::constant_time {
namespace {

bool multiples_are_public = false;

[[noreturn]] void broken(const char* why) {
  std::fprintf(stderr, "constant_time: %s\n", why);
  std::exit(3);
}

}  // namespace

void poison(std::span<const std::uint8_t> secret) {
  VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size());
}

void declassify(std::span<const std::uint8_t> result, const char* why) {
  std::vector<std::uint8_t> undefined(result.size());
  VALGRIND_GET_VBITS(result.data(), undefined.data(), result.size());
  if (std::ranges::all_of(undefined, [](std::uint8_t bits) { return bits == 0; })) {
    std::fprintf(stderr, "declassify: %s\n", why);
    broken("no secret went into this result: the test would pass whatever the code does");
  }
  VALGRIND_MAKE_MEM_DEFINED(result.data(), result.size());
}

PublicMultiples::PublicMultiples(const char*) {
  multiples_are_public = true;
}

PublicMultiples::~PublicMultiples() {
  multiples_are_public = false;
}

bool PublicMultiples::now() {
  return multiples_are_public;
}

unsigned reported() {
  return static_cast<unsigned>(VALGRIND_COUNT_ERRORS);
}

void require_valgrind() {
  if (RUNNING_ON_VALGRIND == 0) broken("run this under valgrind: ctest -L constant-time");
}

}  // namespace sluis::constant_time
