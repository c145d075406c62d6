// W3C Trace Context (Recommendation, level 1): which request caused what, across gateways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluis::gateway {

struct Trace {
  std::string trace_id;   // 32 hex digits
  std::string span_id;    // 16 hex digits: this act
  std::string parent_id;  // 16 hex digits, or empty at the root

  /// A new root.
  static Trace fresh();
  /// The child of the caller's `traceparent`; a new root when there is none or it is malformed
  /// (§3.2: restart the trace).
  static Trace continued(std::string_view traceparent);
  /// A span of its own in a trace that is known by its id alone.
  static Trace in(std::string_view trace_id);
  /// True for a well-formed version 00 header value.
  static bool well_formed(std::string_view traceparent) noexcept;
  /// A span of its own under this one.
  [[nodiscard]] Trace child() const;
  /// The header to send on: `00-<trace>-<span>-01`.
  [[nodiscard]] std::string traceparent() const;
};

}  // namespace sluis::gateway
