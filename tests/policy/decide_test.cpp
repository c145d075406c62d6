#include "policy/decide.hpp"

#include <catch2/catch.hpp>

#include "tests/policy/policy_fixture.hpp"

namespace sluis::policy {
namespace {

using config::Json;
using test::policy_document;
using test::policy_of;
using Words = std::vector<std::string>;

config::Day day(std::string_view text) {
  return config::parse_day(text).value();
}

Question send_question() {
  Question question;
  question.direction = Direction::send;
  question.partner = "zvh";
  question.domain = "zvh";
  question.theme = "verward-hoog-risico-gedrag";
  question.purpose = "persoonsgerichte-aanpak";
  question.severity = "hoog";
  question.identifiers = {"bsn", "name-dob", "dob-address"};
  question.today = day("2026-11-01");
  return question;
}

Question accept_question() {
  Question question;
  question.direction = Direction::accept;
  question.partner = "politie";
  question.theme = "geweld";
  question.purpose = "toezicht";
  question.legal_basis = "wmo";
  question.today = day("2026-11-01");
  return question;
}

Question query_question() {
  Question question;
  question.direction = Direction::query;
  question.role = "procesregisseur";
  question.theme = "geweld";
  question.purpose = "persoonsgerichte-aanpak";
  question.has_case = true;
  question.today = day("2026-11-01");
  return question;
}

Question evaluate_question() {
  Question question;
  question.direction = Direction::evaluate;
  question.partner = "veilig-thuis";
  question.domain = "zvh";
  question.use = "tag";
  question.count = 1024;
  question.today = day("2026-11-01");
  return question;
}

std::string verdict(const Json& document, const Question& question, const Counters& counters = {}) {
  const Decision decision = decide(policy_of(document), question, counters);
  CHECK(decision.permit == (decision.reason.kind == Reason::Kind::permitted));
  return decision.reason.code();
}

TEST_CASE("decide: a send, with its duties", "[decide]") {
  const Decision decision = decide(policy_of(policy_document()), send_question(), {});
  CHECK(decision.permit);
  CHECK(decision.rule == "ggz-zvh");
  CHECK(decision.identifiers == Words{"bsn", "name-dob"});
  CHECK(decision.fields == Words{"severity", "observedAt", "contact"});
  CHECK(decision.reveal == 2);
  CHECK(decision.keep->days == 180);
  CHECK(decision.follow_up->days == 5);
  CHECK(decision.legal_basis == "wgbo-conflict-van-plichten");
}

TEST_CASE("decide: an accept, a query, an evaluation", "[decide]") {
  const Policy policy = policy_of(policy_document());
  const Decision accept = decide(policy, accept_question(), {});
  CHECK(accept.permit);
  CHECK(accept.keep->days == 365);
  const Decision query = decide(policy, query_question(), {});
  CHECK(query.permit);
  CHECK(query.fields == Words{"contact"});
  CHECK(query.per_day == 1000);
  const Decision evaluation = decide(policy, evaluate_question(), {});
  CHECK(evaluation.permit);
  CHECK(evaluation.rule == "vt-zvh");
  CHECK(evaluation.per_day == 20000);
}

TEST_CASE("decide: each condition of a rule denies, with its reason", "[decide]") {
  struct Case {
    std::string name, reason;
    Question question;
  };
  const auto with = [](Question question, auto change) {
    change(question);
    return question;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"to a partner without a rule", "no-rule",
       with(send_question(), [](auto& q) { q.partner = "politie"; })},
      {"another theme", "wrong-theme", with(send_question(), [](auto& q) { q.theme = "geweld"; })},
      {"another purpose", "wrong-purpose",
       with(send_question(), [](auto& q) { q.purpose = "toezicht"; })},
      {"another legal basis", "wrong-legal-basis",
       with(send_question(), [](auto& q) { q.legal_basis = "wmo"; })},
      {"the same legal basis", "permitted",
       with(send_question(), [](auto& q) { q.legal_basis = "wgbo-conflict-van-plichten"; })},
      {"less severe", "severity-too-low",
       with(send_question(), [](auto& q) { q.severity = "midden"; })},
      {"more severe", "permitted", with(send_question(), [](auto& q) { q.severity = "acuut"; })},
      {"the rule's last day", "permitted",
       with(send_question(), [](auto& q) { q.today = day("2027-01-01"); })},
      {"the day after", "rule-expired",
       with(send_question(), [](auto& q) { q.today = day("2027-01-02"); })},
      {"only what may not be linked with", "no-identifier",
       with(send_question(), [](auto& q) { q.identifiers = {"dob-address"}; })},
      {"nothing to link with", "no-identifier",
       with(send_question(), [](auto& q) { q.identifiers.clear(); })},
      {"the policy's last day", "permitted",
       with(accept_question(), [](auto& q) { q.today = day("2027-06-30"); })},
      {"the policy has expired", "policy-expired",
       with(accept_question(), [](auto& q) { q.today = day("2027-07-01"); })},
      {"another role", "wrong-role", with(query_question(), [](auto& q) { q.role = "sender"; })},
      {"without a case", "case-required",
       with(query_question(), [](auto& q) { q.has_case = false; })},
      {"a partner without a budget", "no-rule",
       with(evaluate_question(), [](auto& q) { q.partner = "politie"; })},
      {"more than a whole day's budget", "over-budget",
       with(evaluate_question(), [](auto& q) { q.count = 20001; })},
      {"exactly a day's budget", "permitted",
       with(evaluate_question(), [](auto& q) { q.count = 20000; })},
      {"the other use has its own", "over-budget",
       with(evaluate_question(),
            [](auto& q) {
              q.use = "lock";
              q.count = 10001;
            })},
  }));
  DYNAMIC_SECTION(c.name) {
    CHECK(verdict(policy_document(), c.question) == c.reason);
  }
}

TEST_CASE("decide: a question that lacks something, or has an unknown word, is denied",
          "[decide]") {
  struct Case {
    std::string name, reason;
    Question question;
  };
  const auto with = [](Question question, auto change) {
    change(question);
    return question;
  };
  const auto c = GENERATE_COPY(values<Case>({
      {"nothing at all", "malformed-question", Question{}},
      {"no partner", "malformed-question",
       with(send_question(), [](auto& q) { q.partner.clear(); })},
      {"no theme", "malformed-question", with(query_question(), [](auto& q) { q.theme.clear(); })},
      {"no purpose", "malformed-question",
       with(accept_question(), [](auto& q) { q.purpose.clear(); })},
      {"no severity", "malformed-question",
       with(send_question(), [](auto& q) { q.severity.clear(); })},
      {"no legal basis", "malformed-question",
       with(accept_question(), [](auto& q) { q.legal_basis.clear(); })},
      {"no role", "malformed-question", with(query_question(), [](auto& q) { q.role.clear(); })},
      {"no domain", "malformed-question",
       with(evaluate_question(), [](auto& q) { q.domain.clear(); })},
      {"no use", "malformed-question", with(evaluate_question(), [](auto& q) { q.use.clear(); })},
      {"another use", "malformed-question",
       with(evaluate_question(), [](auto& q) { q.use = "both"; })},
      {"an unknown identifier", "malformed-question",
       with(send_question(), [](auto& q) { q.identifiers = {"shoe-size"}; })},
      {"no such direction", "malformed-question",
       with(send_question(), [](auto& q) { q.direction = static_cast<Direction>(9); })},
      {"an unknown partner, although all are accepted", "unknown-partner",
       with(accept_question(), [](auto& q) { q.partner = "om"; })},
      {"an unknown theme, although all are accepted", "unknown-word",
       with(accept_question(), [](auto& q) { q.theme = "onweer"; })},
      {"an unknown purpose, although all are accepted", "unknown-word",
       with(accept_question(), [](auto& q) { q.purpose = "zomaar"; })},
      {"an unknown legal basis, although all are accepted", "unknown-word",
       with(accept_question(), [](auto& q) { q.legal_basis = "avg"; })},
      {"an unknown severity", "unknown-word",
       with(send_question(), [](auto& q) { q.severity = "erg"; })},
      {"an unknown role", "unknown-word", with(query_question(), [](auto& q) { q.role = "baas"; })},
      {"an unknown domain", "unknown-word",
       with(evaluate_question(), [](auto& q) { q.domain = "elders"; })},
      {"an unknown domain of a send", "unknown-word",
       with(send_question(), [](auto& q) { q.domain = "elders"; })},
      {"a star is no theme", "unknown-word",
       with(accept_question(), [](auto& q) { q.theme = "*"; })},
  }));
  DYNAMIC_SECTION(c.name) {
    const Decision decision = decide(policy_of(policy_document()), c.question, {});
    CHECK_FALSE(decision.permit);
    CHECK(decision.reason.code() == c.reason);
    CHECK(decision.fields.empty());
    CHECK(decision.identifiers.empty());
  }
}

TEST_CASE("decide: without a rule nothing is permitted", "[decide]") {
  Json document = policy_document();
  for (const auto* list : {"send", "accept", "query", "evaluate"}) document.erase(list);
  for (const auto& question :
       {send_question(), accept_question(), query_question(), evaluate_question()}) {
    CHECK(verdict(document, question) == "no-rule");
  }
}

TEST_CASE("decide: a forbid wins, and covers what it leaves out", "[decide]") {
  struct Case {
    std::string when, send, accept, query, evaluate;
  };
  const std::string yes = "permitted", no = "forbidden";
  const auto c = GENERATE_COPY(values<Case>({
      {R"({})", no, no, no, no},
      {R"({"directions":["*"]})", no, no, no, no},
      {R"({"directions":["send","query"]})", no, yes, no, yes},
      {R"({"to":["zvh"]})", no, yes, yes, yes},
      {R"({"to":["*"]})", no, yes, yes, yes},
      {R"({"to":["politie"]})", yes, yes, yes, yes},
      {R"({"from":["politie","gemeente"]})", yes, no, yes, yes},
      {R"({"partners":["veilig-thuis"]})", yes, yes, yes, no},
      {R"({"domains":["zvh"]})", no, no, yes, no},
      {R"({"themes":["geweld"]})", yes, no, no, yes},
      {R"({"themes":["verward-hoog-risico-gedrag"]})", no, yes, yes, yes},
      {R"({"purposes":["persoonsgerichte-aanpak"]})", no, yes, no, yes},
      {R"({"roles":["procesregisseur"]})", yes, yes, no, yes},
      {R"({"to":["zvh"],"themes":["geweld"]})", yes, yes, yes, yes},
      {R"({"to":["zvh"],"themes":["*"],"purposes":["persoonsgerichte-aanpak"]})", no, yes, yes,
       yes},
  }));
  DYNAMIC_SECTION(c.when) {
    Json document = policy_document();
    document["forbid"] = {
        {{"id", "stop"}, {"when", Json::parse(c.when)}, {"because", "beroepsgeheim"}}};
    CHECK(verdict(document, send_question()) == c.send);
    CHECK(verdict(document, accept_question()) == c.accept);  // in a domain that is left open
    CHECK(verdict(document, query_question()) == c.query);
    CHECK(verdict(document, evaluate_question()) == c.evaluate);
  }
}

TEST_CASE("decide: a forbid gives its id and its cause", "[decide]") {
  Json document = policy_document();
  for (const auto* id : {"b", "a"}) {
    document["forbid"].push_back(
        {{"id", id}, {"when", Json::object()}, {"because", std::string("reden ") + id}});
  }
  const Decision decision = decide(policy_of(document), send_question(), {});
  CHECK_FALSE(decision.permit);
  CHECK(decision.rule == "a");
  CHECK(decision.reason.text_nl() == "Het beleid verbiedt dit: reden a.");
  CHECK(decision.reason.text_en() == "The policy forbids this: reden a.");
}

TEST_CASE("decide: of several permits the one that shares least", "[decide]") {
  struct Case {
    std::string name, changes, winner;  // changes: to the second rule, "a-second"
  };
  const auto c = GENERATE(values<Case>({
      {"the same: the lower id", R"({})", "a-second"},
      {"a higher reveal, more of all else",
       R"({"revealAfterPartners":3,"shares":["severity","observedAt","contact","payload"],"keep":"P1Y"})",
       "a-second"},
      {"a lower reveal, less of all else",
       R"({"revealAfterPartners":1,"shares":[],"identifiers":["bsn"],"keep":"P1D"})", "ggz-zvh"},
      {"fewer fields, more of the rest",
       R"({"shares":["payload"],"identifiers":["bsn","name-dob","dob-address"],"keep":"P1Y"})",
       "a-second"},
      {"more fields, less of the rest",
       R"({"shares":["severity","observedAt","contact","payload"],"identifiers":["bsn"],"keep":"P1D"})",
       "ggz-zvh"},
      {"fewer identifiers, a longer keep", R"({"identifiers":["bsn"],"keep":"P1Y"})", "a-second"},
      {"more identifiers, a shorter keep",
       R"({"identifiers":["bsn","name-dob","dob-address"],"keep":"P1D"})", "ggz-zvh"},
      {"a shorter keep", R"({"keep":"P179D"})", "a-second"},
      {"a longer keep", R"({"keep":"P181D"})", "ggz-zvh"},
  }));
  DYNAMIC_SECTION(c.name) {
    Json document = policy_document();
    Json second = document["send"][0];
    second["id"] = "a-second";
    second.merge_patch(Json::parse(c.changes));
    document["send"].push_back(second);
    CHECK(decide(policy_of(document), send_question(), {}).rule == c.winner);
    std::swap(document["send"][0], document["send"][1]);
    CHECK(decide(policy_of(document), send_question(), {}).rule == c.winner);
  }
}

TEST_CASE("decide: only identifiers that the person has count", "[decide]") {
  Json document = policy_document();
  Json second = document["send"][0];
  second["id"] = "a-second";
  second["identifiers"] = {"bsn", "name-dob", "dob-address"};
  second["keep"] = "P1D";
  document["send"].push_back(second);
  Question question = send_question();
  question.identifiers = {"name-dob"};
  const Decision decision = decide(policy_of(document), question, {});
  CHECK(decision.rule == "a-second");  // as many identifiers, a shorter keep
  CHECK(decision.identifiers == Words{"name-dob"});
}

TEST_CASE("decide: budgets", "[decide]") {
  const Policy policy = policy_of(policy_document());
  const auto evaluation = [&](std::uint64_t used, std::uint64_t count) {
    Question question = evaluate_question();
    question.count = count;
    Counters counters;
    counters.used_today = used;
    return decide(policy, question, counters);
  };
  CHECK(evaluation(18976, 1024).permit);
  CHECK_FALSE(evaluation(18977, 1024).permit);
  CHECK(evaluation(18977, 1024).reason.is_budget());
  CHECK(evaluation(18977, 1024).rule == "vt-zvh");
  CHECK_FALSE(evaluation(20001, 0).permit);
  CHECK_FALSE(evaluation(1, UINT64_MAX).permit);

  const auto query = [&](std::uint64_t used) {
    Counters counters;
    counters.queries_by_rule["regie"] = used;
    counters.queries_by_rule["another"] = 1'000'000;
    return decide(policy, query_question(), counters);
  };
  CHECK(query(999).permit);
  CHECK(query(1000).reason.is_budget());
  CHECK(query(1000).rule == "regie");
}

TEST_CASE("decide: a rule whose budget is used up leaves the others", "[decide]") {
  Json document = policy_document();
  Json second = document["query"][0];
  second["id"] = "spare";
  second["shows"] = {"contact", "payload"};
  document["query"].push_back(second);
  Counters counters;
  counters.queries_by_rule["regie"] = 1000;
  CHECK(decide(policy_of(document), query_question(), {}).rule == "regie");
  CHECK(decide(policy_of(document), query_question(), counters).rule == "spare");
}

TEST_CASE("decide: a forbid that names a domain covers that one, and a domain left open",
          "[decide]") {
  auto known = test::known();
  known.recipients["noord"] = "zvh";
  Json document = policy_document();
  document["forbid"] = {
      {{"id", "not-there"}, {"when", {{"domains", {"noord"}}}}, {"because", "x"}}};
  const auto policy = read_policy(document.dump(), known).value();
  Question question = send_question();
  CHECK(decide(policy, question, {}).permit);
  question.domain = "noord";
  CHECK(decide(policy, question, {}).rule == "not-there");
  question.domain.clear();
  CHECK(decide(policy, question, {}).rule == "not-there");
}

TEST_CASE("decide: a use without a number has no budget", "[decide]") {
  Json document = policy_document();
  document["evaluate"][0]["perDay"] = {{"lock", 5}};
  CHECK(verdict(document, evaluate_question()) == "no-rule");
  document["evaluate"][0]["until"] = "2026-10-31";
  Question question = evaluate_question();
  question.use = "lock";
  CHECK(verdict(document, question) == "rule-expired");
}

TEST_CASE("decide: the reason is that of the rule that came nearest", "[decide]") {
  Json document = policy_document();
  Json second = document["send"][0];
  second["id"] = "other-theme";
  second["themes"] = {"geweld"};
  document["send"].push_back(second);
  Question question = send_question();
  question.severity = "laag";
  CHECK(verdict(document, question) == "severity-too-low");
}

TEST_CASE("reasons: codes are stable slugs, texts are sentences", "[decide]") {
  for (int i = 0; i <= static_cast<int>(Reason::Kind::permitted); ++i) {
    const Reason reason{static_cast<Reason::Kind>(i), ""};
    CHECK(config::is_slug(reason.code()));
    CHECK(reason.text_nl().ends_with('.'));
    CHECK(reason.text_en().ends_with('.'));
  }
  CHECK(deny(Reason::Kind::partner_suspended).reason.code() == "partner-suspended");
  CHECK_FALSE(deny(Reason::Kind::permitted).permit);
}

}  // namespace
}  // namespace sluis::policy
