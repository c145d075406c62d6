#include "gateway/core/trace.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace sluis::gateway {
namespace {

template <std::size_t Bytes>
std::string random_hex() {
  std::array<unsigned char, Bytes> raw{};
  do {
    randombytes_buf(raw.data(), raw.size());
  } while (sodium_is_zero(raw.data(), raw.size()) == 1);  // all zeros is invalid (§3.2.2)
  std::array<char, Bytes * 2 + 1> text{};
  sodium_bin2hex(text.data(), text.size(), raw.data(), raw.size());
  return text.data();
}

bool is_hex_id(std::string_view text) noexcept {
  const bool hex = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  return hex && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool Trace::well_formed(std::string_view text) noexcept {
  return text.size() == 55 && text.starts_with("00-") && text[35] == '-' && text[52] == '-' &&
         is_hex_id(text.substr(3, 32)) && is_hex_id(text.substr(36, 16)) &&
         text.substr(53).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Trace Trace::fresh() {
  return Trace{random_hex<16>(), random_hex<8>(), {}};
}

Trace Trace::continued(std::string_view traceparent) {
  if (!well_formed(traceparent)) return fresh();
  return Trace{std::string(traceparent.substr(3, 32)), random_hex<8>(),
               std::string(traceparent.substr(36, 16))};
}

Trace Trace::in(std::string_view trace_id) {
  return Trace{std::string(trace_id), random_hex<8>(), {}};
}

Trace Trace::child() const {
  return Trace{trace_id, random_hex<8>(), span_id};
}

std::string Trace::traceparent() const {
  return "00-" + trace_id + "-" + span_id + "-01";
}

}  // namespace sluis::gateway
