#include "gateway/core/trace.hpp"

#include <catch2/catch.hpp>

using sluis::gateway::Trace;

namespace {
const std::string id(32, 'a'), span(16, 'b');
const std::string good = "00-" + id + "-" + span + "-01";
}  // namespace

TEST_CASE("trace: a well-formed traceparent is continued, any other restarts", "[core]") {
  struct Case {
    std::string name, header;
    bool well_formed;
  };
  const auto c = GENERATE(values<Case>({
      {"sampled", good, true},
      {"not sampled", "00-" + id + "-" + span + "-00", true},
      {"flags of a later level", "00-" + id + "-" + span + "-ff", true},
      {"empty", "", false},
      {"another version", "01" + good.substr(2), false},
      {"version ff", "ff" + good.substr(2), false},
      {"upper case", "00-" + std::string(32, 'A') + "-" + span + "-01", false},
      {"no hex", "00-" + std::string(32, 'g') + "-" + span + "-01", false},
      {"no hex in the span", "00-" + id + "-" + std::string(16, 'z') + "-01", false},
      {"flags that are no hex", "00-" + id + "-" + span + "-0G", false},
      {"a trace of zeroes", "00-" + std::string(32, '0') + "-" + span + "-01", false},
      {"a span of zeroes", "00-" + id + "-" + std::string(16, '0') + "-01", false},
      {"cut short", good.substr(0, 54), false},
      {"one more character", good + "0", false},
      {"more fields", good + "-00", false},
      {"a space in front", " " + good, false},
      {"another separator", "00_" + id + "-" + span + "-01", false},
  }));
  DYNAMIC_SECTION(c.name) {
    CHECK(Trace::well_formed(c.header) == c.well_formed);
    const auto trace = Trace::continued(c.header);
    CHECK(Trace::well_formed(trace.traceparent()));
    CHECK((trace.trace_id == id) == c.well_formed);
    CHECK(trace.parent_id == (c.well_formed ? span : ""));
    CHECK(trace.span_id != span);
  }
}

TEST_CASE("trace: a child and a fresh one", "[core]") {
  const auto root = Trace::fresh();
  CHECK(root.parent_id.empty());
  CHECK(Trace::fresh().trace_id != root.trace_id);
  const auto child = root.child();
  CHECK(child.trace_id == root.trace_id);
  CHECK(child.parent_id == root.span_id);
  CHECK(child.span_id != root.span_id);
  const auto known = Trace::in(id);
  CHECK(known.trace_id == id);
  CHECK(known.parent_id.empty());
  CHECK(Trace::well_formed(known.traceparent()));
}
