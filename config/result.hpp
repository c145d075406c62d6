// What a call gives back when it can fail for a reason outside this program.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace sluis::config {

/// Every way in which a request or a document can be refused. The name of a code (`code_name`) is
/// what callers see as the stable `code` of an answer; it never changes meaning.
enum class Code : std::uint8_t {
  invalid,              // malformed, or a value that does not fit
  too_large,            // more bytes, lines or elements than the bound
  unauthenticated,      // nobody we know
  forbidden,            // not permitted; reads the same as "not there" where a peer asks
  not_found,            //
  conflict,             // the same id with another body
  generation,           // a key generation other than the one in force
  over_budget,          // the budget of 24 hours is used up
  expired,              // past its validity
  bad_signature,        //
  id_reused,            // the same envelope id with another content
  unknown_seal_key,     // sealed to a key that we do not have (not final)
  holders_unreachable,  // fewer than the threshold answered
  bad_proof,            // a holder's answer that does not verify
  unavailable,          // the store, a disk or a partner: try again later
  internal,             // our own fault
};

/// The code as it stands in answers and logs: kebab-case, stable.
[[nodiscard]] std::string_view code_name(Code code) noexcept;

/// Fixed text for the world outside. It never depends on the request or on stored data: "denied"
/// and "no such person" must read the same to a prober.
[[nodiscard]] std::string_view public_message(Code code) noexcept;

/// `detail` names what failed, where, and what to do next; it never carries a person's data.
/// `pointer` is a JSON Pointer (RFC 6901) into the input, or empty. `retry_after_seconds` is when
/// it makes sense to ask again; 0 where that is not known.
struct Error {
  Code code = Code::internal;
  std::string detail;
  std::string pointer;
  std::uint32_t retry_after_seconds = 0;
};

inline Error error(Code code, std::string detail, std::string pointer = {}) {
  return Error{code, std::move(detail), std::move(pointer), 0};
}

/// A T, or an Error. Asking for the one that is not there is a bug of ours and throws.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(*-explicit-*)
  Result(Error failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  [[nodiscard]] T& value() & { return get(*this); }
  [[nodiscard]] const T& value() const& { return get(*this); }
  [[nodiscard]] T&& value() && { return std::move(get(*this)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& failure() const {
    if (ok()) throw std::logic_error("Result: no error to ask for");
    return std::get<1>(state_);
  }

 private:
  template <class Self>
  static auto& get(Self& self) {
    if (!self.ok()) throw std::logic_error("Result: " + std::get<1>(self.state_).detail);
    return std::get<0>(self.state_);
  }
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error failure) : failure_(std::move(failure)) {}  // NOLINT(*-explicit-*)
  [[nodiscard]] bool ok() const noexcept { return !failure_; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const Error& failure() const {
    if (ok()) throw std::logic_error("Result: no error to ask for");
    return *failure_;
  }

 private:
  std::optional<Error> failure_;
};

}  // namespace sluis::config
