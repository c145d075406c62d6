// libFuzzer's way in, and the count that run.sh holds a target's seeds to.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "crypto/bytes.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace sluis::fuzz {
namespace {

struct Count {
  unsigned long inputs = 0, accepted = 0;
  ~Count() { std::fprintf(stderr, "accepted %lu of %lu inputs\n", accepted, inputs); }
};

std::vector<std::string>& lately() {
  static std::vector<std::string> inputs;
  return inputs;
}

void keep(std::string_view input, std::size_t number) {
  constexpr std::size_t most = 64;
  auto& inputs = lately();
  if (inputs.size() < most) {
    inputs.emplace_back(input);
  } else {
    inputs[number % most] = input;
  }
}

Count& count() {
  static Count of_this_run;
  return of_this_run;
}

}  // namespace

void must(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::string_view accepted_before(std::size_t number) {
  const auto& inputs = lately();
  return inputs.empty() ? std::string_view() : inputs[number % inputs.size()];
}

config::Json reparsed(std::string_view text) {
  auto json = config::parse_json(text);
  must(json.ok(), "what an encoder wrote is JSON of ours");
  return std::move(json).value();
}

void must_be_same_document(std::string_view read, std::string_view written) {
  must(reparsed(read) == reparsed(written), "the encoder writes what the decoder read");
}

}  // namespace sluis::fuzz

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  sluis::crypto::init();
  sluis::fuzz::count();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto& count = sluis::fuzz::count();
  ++count.inputs;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (sluis::fuzz::accepts(input)) sluis::fuzz::keep(input, count.accepted++);
  return 0;
}
