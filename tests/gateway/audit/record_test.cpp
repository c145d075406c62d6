#include "gateway/audit/record.hpp"

#include <catch2/catch.hpp>

#include "config/json.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::audit;

namespace {

Record small() {
  Record record;
  record.id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  record.at = config::Timestamp(std::chrono::milliseconds(1'800'000'000'123));
  record.action = "signal.submit";
  record.outcome = Outcome::permit;
  return record;
}

const crypto::Array<32> key{1, 2, 3};

}  // namespace

TEST_CASE("a record without the rest has what it must have, and nothing empty", "[record]") {
  CHECK(canonical(small()) ==
        R"({"action":"signal.submit","at":"2027-01-15T08:00:00.123Z",)"
        R"("id":"0f8fad5b-d9cb-469f-a165-70867728950e","outcome":"permit","v":1})");
}

TEST_CASE("a record's fields have their names", "[record]") {
  auto record = small();
  record.trace_id = "t";
  record.span_id = "s";
  record.parent_span_id = "p";
  record.outcome = Outcome::deny;
  record.actor = {"client", "epd", "sender", "ggz"};
  record.counterparty = "zvh";
  record.activity = "https://example.org/a";
  record.purpose = "regie";
  record.legal_basis = "wvggz";
  record.case_commitment = crypto::Array<32>{};
  record.rule = "send-all";
  record.policy = "hash";
  record.object = {"signal", "id"};
  record.subject = crypto::Array<32>{1};
  record.count = 0;
  record.receipt = R"({"v":1})";
  const auto zeroes = std::string(43, 'A');
  CHECK(canonical(record) ==
        R"({"action":"signal.submit","activity":"https://example.org/a",)"
        R"("actor":{"id":"epd","kind":"client","onBehalfOf":"ggz","role":"sender"},)"
        R"("at":"2027-01-15T08:00:00.123Z","case":")" +
            zeroes +
            R"(","count":0,"counterparty":"zvh","id":"0f8fad5b-d9cb-469f-a165-70867728950e",)"
            R"("legalBasis":"wvggz","object":{"id":"id","kind":"signal"},"outcome":"deny",)"
            R"("parentSpanId":"p","policy":"hash","purpose":"regie","receipt":"{\"v\":1}",)"
            R"("rule":"send-all","spanId":"s","subject":")" +
            crypto::base64url(*record.subject) + R"(","traceId":"t","v":1})");
  CHECK(is_canonical_record(canonical(record)));
}

TEST_CASE("what no record may be is our bug", "[record]") {
  auto record = small();
  record.receipt = std::string(4096, 'x');
  CHECK_THROWS_AS(canonical(record), std::logic_error);
  record = small();
  record.id.clear();
  CHECK_THROWS_AS(canonical(record), std::logic_error);
  record = small();
  record.rule = "\xff";
  CHECK_THROWS_AS(canonical(record), std::logic_error);
  record = small();
  record.count = std::uint64_t{1} << 53;
  CHECK_THROWS_AS(canonical(record), std::logic_error);
}

TEST_CASE("is_canonical_record says of JSON what reading and writing it again says", "[record]") {
  const std::string text = GENERATE(
      as<std::string>{}, R"({})", R"({"a":1})", R"({"a":1,"b":2})", R"({"b":1,"a":2})",
      R"({"a":1,"a":1})", R"({"a":1,"ab":2})", R"({"ab":1,"a":2})", R"({"a": 1})", R"( {"a":1})",
      R"({"a":1} )", R"({"a":01})", R"({"a":-0})", R"({"a":-7})", R"({"a":-})", R"({"a":1.0})",
      R"({"a":1e3})", R"({"a":9007199254740991})", R"({"a":null,"b":true,"c":false})",
      R"({"a":[]})", R"({"a":[1,{"b":[]}]})", R"({"a":[1,]})", R"({"a":1,})", R"({"a":"é€"})",
      R"({"a":"\u00e9"})", "{\"a\":\"\xff\"}", R"({"a":"\n\t\\\""})", R"({"a":"\/"})",
      R"({"a":"\u000a"})", R"({"a":"\u001f"})", R"({"a":"\u001F"})", R"({"a":"\u000b"})",
      R"({"a":"\u0041"})", "{\"a\":\"\n\"}", R"({"a":"x)", R"({"a":"\)", R"({"a":"\u00)", R"({"a")",
      R"({"a":)", R"({"a":tru})", R"({)", R"({a:1})", "{\"a\":\"\x7f\"}", R"({"A":1,"a":2})",
      R"({"a":1}{})", R"({"a":{"c":1,"b":2}})");
  INFO(text);
  const auto json = config::parse_json(text);
  bool same = false;
  if (json) {
    const auto again = config::jcs(*json);
    same = again && *again == text;
  }
  CHECK(is_canonical_record(text) == same);
}

TEST_CASE("is_canonical_record refuses what JSON allows and a record does not", "[record]") {
  const std::string text = GENERATE(as<std::string>{}, "", "1", "[]", "\"a\"", R"({"a":1.5})",
                                    R"({"a":9007199254740992})", R"({"é":1})", R"({"a\n":1})",
                                    "{\"a\":[[[[[[[[[]]]]]]]]]}");
  INFO(text);
  CHECK_FALSE(is_canonical_record(text));
  CHECK_FALSE(is_canonical_record("{\"a\":\"" + std::string(4096, 'x') + "\"}"));
}

TEST_CASE("a commitment hides two records about one person from each other", "[record]") {
  const std::string id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const auto one = reference_of_linkage(key, "bsn", "111222333");
  const auto two = reference_of_linkage(key, "name-dob", "X|Y|2000-01-01");
  const auto a = commit(id, "person", {one, two});
  const auto b = commit(id, "person", {one, two});
  CHECK(a.value != b.value);
  CHECK(a.row.salt != b.row.salt);
  CHECK(a.row.record_id == id);
  CHECK(a.row.kind == "person");
  CHECK(a.row.references == std::vector{one, two});
  CHECK(a.value == crypto::sha256({a.row.salt, one, two}));
  CHECK(commitment_of(a.row) == a.value);
  CHECK(commitment_of(b.row) == b.value);
}

TEST_CASE("references depend on the key and on every part, and kinds are apart", "[record]") {
  const crypto::Array<32> tag{7};
  const crypto::Array<32> other_key{9};
  const std::vector references{
      reference_of_linkage(key, "bsn", "1"),
      reference_of_linkage(key, "bsn", "2"),
      reference_of_linkage(key, "bs", "n1"),
      reference_of_linkage(other_key, "bsn", "1"),
      reference_of_case(key, "bsn"),
      reference_of_case(key, std::string_view("bsn\0"
                                              "1",
                                              5)),
      reference_of_tag(key, "zvh", "2026b", "bsn", tag),
      reference_of_tag(key, "zvh", "2026b", "bsn", other_key),
      reference_of_tag(key, "zvh", "2027a", "bsn", tag),
      reference_of_tag(key, "zv", "h2026b", "bsn", tag),
  };
  for (std::size_t i = 0; i < references.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) CHECK(references[i] != references[j]);
  }
  CHECK(reference_of_linkage(key, "bsn", "1") == references[0]);
}
