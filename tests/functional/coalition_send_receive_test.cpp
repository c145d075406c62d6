// Coalitions of those who send and receive: a sender by itself, and two recipients with all that
// both have.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "crypto/encoding.hpp"
#include "crypto/lock.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "tests/functional/attack.hpp"
#include "tests/functional/coalition.hpp"
#include "tests/functional/key_test_support.hpp"

namespace sluis::test {

namespace {

const std::string second = "ggd";  // a domain, and its recipient

Json policy_of(const TestRegion& region, std::string_view partner) {
  return config::parse_json(contents(region.layout().partner(partner) / "policy.json"),
                            {.depth = 32, .allow_comments = true})
      .value();
}

/// That every partner has both keys of the second domain.
bool have_second_keys(const TestRegion& region) {
  return std::ranges::all_of(everybody(), [&](const std::string& partner) {
    const auto records =
        gateway::read_records(contents(region.data(partner) / "domain-keys.json")).value();
    return std::ranges::count_if(records, [](const gateway::KeyRecord& record) {
             return record.transcript.domain.str() == second;
           }) == 2;
  });
}

/// The demo's rules once more for the second domain: politie sends to both recipients, gemeente to
/// the second alone, ggz to zvh alone; no recipient may ask in the other's domain.
void agree_on_second(TestRegion& region) {
  auto accept = policy_of(region, "zvh")["accept"];
  accept[0]["id"] = "ggd-neemt-aan";
  for (const std::string partner : {"veilig-thuis", "politie", "gemeente", "ggd"}) {
    auto policy = policy_of(region, partner);
    if (partner == "ggd") policy["accept"] = accept;
    if (partner == "ggd") policy["send"] = Json::array();
    if (partner == "politie") policy["send"][0]["to"] = {"zvh", second};
    if (partner == "gemeente") policy["send"][0]["to"] = {second};
    Json rules = Json::array();
    for (const auto& rule : policy["evaluate"]) {
      if (rule["partner"] != second) rules.push_back(rule);
      if (rule["partner"] == "zvh") continue;
      auto other = rule;
      other["id"] = rule["id"].get<std::string>() + "-bij-ggd";
      other["domain"] = second;
      if (rule["partner"] == second) other["perDay"].erase("lock");
      rules.push_back(other);
    }
    policy["evaluate"] = rules;
    region.replace_policy(partner, policy.dump(2));
  }
}

void make_second_domain(TestRegion& region) {
  region.change_directory([](Json& document) {
    auto domain = document["domains"][0];
    domain["id"] = domain["recipient"] = second;
    document["domains"].push_back(domain);
  });
  REQUIRE(poll_until(within(std::chrono::minutes(2)), [&] { return have_second_keys(region); }));
  agree_on_second(region);
}

/// Every value of 32 bytes in what was received that says anything of a person.
std::set<std::string> values_of(const Attack& attack) {
  std::set<std::string> values;
  for (const auto& signal : attack.signals())
    for (const auto& link : signal.links) {
      values.insert(crypto::base64url(link.tag));
      for (const auto& share : link.shares) {
        values.insert(crypto::base64url(share.y));
        values.insert(crypto::base64url(share.check));
      }
    }
  return values;
}

/// Whether any share of one opens with any share of the other, whatever they are checked against.
bool shares_fit(const gateway::store::Link& one, std::string_view oin,
                const gateway::store::Link& other, std::string_view other_oin) {
  for (const auto& a : one.shares)
    for (const auto& b : other.shares) {
      const std::vector<crypto::Point> points{crypto::Point::of(oin, a.y).value(),
                                              crypto::Point::of(other_oin, b.y).value()};
      for (const auto& check : {a.check, b.check})
        if (crypto::open(2, points, check)) return true;
    }
  return false;
}

/// Where a signal stands, as its sender is told, without what is another's for each signal.
Json standing_of(TestRegion& region, std::string_view partner, const config::SignalId& id) {
  const auto answer = region.api(partner, {"GET", "/v1/signals/" + id.str()});
  REQUIRE(answer.status == 200);
  const auto flat = answer.json.flatten();
  Json told;
  for (const auto& [name, value] : flat.items()) {
    const auto last = name.substr(name.rfind('/') + 1);
    static const std::set<std::string> own{"id",         "at",        "sha256",
                                           "signature",  "envelope",  "createdAt",
                                           "receivedAt", "expiresAt", "updatedAt"};
    if (!own.contains(last)) told[name] = value;
  }
  INFO(answer.body);
  REQUIRE(told.dump().find("stored") != std::string::npos);
  return told;
}

}  // namespace

TEST_CASE("coalition: a sender alone is told nothing of others; its own signal opens theirs",
          "[coalition]") {
  Aviary aviary(56);
  TestRegion region;
  region.start();
  const auto person = aviary.person(), nobody = aviary.person();
  const auto closed = send(region, aviary, "ggz", person);
  region.wait_delivered();

  // What the holders answer is alike, and gives F alone: with no database it names nobody.
  for (const std::string use : {"tag", "lock"}) {
    const auto key = transcript_at(region, "ggd", use);
    const auto known = ask(region, "ggd", {"politie", "gemeente"}, key, input_of(key, person));
    const auto unknown = ask(region, "ggd", {"politie", "gemeente"}, key, input_of(key, nobody));
    CHECK((known.output && unknown.output));
    CHECK(known.codes == unknown.codes);
    CHECK(known.seen.size() == unknown.seen.size());
    const auto value = use == "tag" ? crypto::base64url(crypto::tag_of(*known.output)) : "";
    if (!value.empty()) {
      CHECK(times_found(region.layout().partner("ggd"), {value}) == 0);
      CHECK(times_found(region.layout().partner("zvh"), {value}) > 0);
    }
  }
  // Where its signal stands reads the same, whether or not another signalled the person.
  const auto about_nobody = send(region, aviary, "ggd", nobody);
  region.wait_delivered();
  {
    REQUIRE(region.stop("zvh") == 0);
    Attack before(region.layout().root, stolen(region, "zvh", true));
    CHECK_FALSE(before.open_stored(closed.id));
    CHECK_FALSE(before.open_with_keys(closed.id));
    std::filesystem::remove_all(region.scratch() / "stolen-zvh1");
    region.start("zvh");
    region.wait_ready("zvh");
  }
  const auto invented = send(region, aviary, "ggd", person);
  region.wait_delivered();
  CHECK(standing_of(region, "ggd", invented.id) == standing_of(region, "ggd", about_nobody.id));

  // And yet: what it made up counts, and the content of ggz is open at zvh.
  region.stop();
  Attack after(region.layout().root, stolen(region, "zvh", true));
  CHECK(holds(after.open_stored(closed.id), closed.word));
  CHECK_FALSE(after.open_stored(about_nobody.id));
}

TEST_CASE("coalition: two recipients find no person in common, and their shares do not add up",
          "[coalition]") {
  Aviary aviary(57);
  TestRegion region;
  region.start();
  make_second_domain(region);
  const auto person = aviary.person(), of_both = aviary.person();
  const auto to_zvh = send(region, aviary, "ggz", person);
  const auto to_second = send(region, aviary, "gemeente", person);
  const auto twice = send(region, aviary, "politie", of_both);
  region.wait_delivered();
  REQUIRE(region.stop("zvh") == 0);
  REQUIRE(region.stop(second) == 0);
  const auto at_zvh = stolen(region, "zvh", true), at_second = stolen(region, second, true);
  Attack one(region.layout().root, at_zvh);
  Attack other(region.layout().root, at_second, second);
  REQUIRE(one.signals().size() == 2);
  REQUIRE(other.signals().size() == 2);

  // The same two persons, and one signal that went to both: no value in common.
  std::vector<std::string> common;
  const auto ours = values_of(one), theirs = values_of(other);
  std::ranges::set_intersection(ours, theirs, std::back_inserter(common));
  CHECK(common.empty());
  CHECK(one.signals().back().content_box != other.signals().back().content_box);
  // Two partners signalled the person, as many as open it in one domain: here they do not.
  CHECK_FALSE(shares_fit(bsn_link(one, to_zvh.id), "00000099000000002000",
                         bsn_link(other, to_second.id), "00000099000000004000"));
  one.add_folder(at_second);
  other.add_folder(at_zvh);
  for (const auto& id : {to_zvh.id, twice.id}) CHECK_FALSE(one.open_with_keys(id));
  for (const auto& id : {to_second.id, twice.id}) CHECK_FALSE(other.open_with_keys(id));

  // For persons that they name each asks in its own domain, and so they find the person in both.
  const std::vector<std::string> holders{"politie", "veilig-thuis"};
  const auto tag_at = [&](std::string_view as, const std::string& domain) {
    const auto key = transcript_at(region, as, "tag", domain);
    return ask(region, as, holders, key, input_of(key, person));
  };
  const auto here = tag_at("zvh", "zvh"), there = tag_at(second, second);
  REQUIRE((here.output && there.output));
  CHECK(crypto::tag_of(*here.output) == bsn_link(one, to_zvh.id).tag);
  CHECK(crypto::tag_of(*there.output) == bsn_link(other, to_second.id).tag);
  // In the other's domain the policies let neither ask, nor for a lock in its own.
  const std::vector<std::string> refused{"forbidden", "forbidden"};
  CHECK(tag_at("zvh", second).codes == refused);
  for (const auto& [as, domain] : {std::pair<std::string, std::string>{"zvh", second},
                                   {second, "zvh"},
                                   {"zvh", "zvh"},
                                   {second, second}}) {
    const auto key = transcript_at(region, as, "lock", domain);
    CHECK(ask(region, as, holders, key, input_of(key, person)).codes == refused);
  }
  // A sender would open each in its own domain alone.
  const auto lock = transcript_at(region, "ggz", "lock", "zvh");
  const auto opened = ask(region, "ggz", holders, lock, input_of(lock, person));
  REQUIRE(opened.output);
  auto would_fit = bsn_link(one, to_zvh.id);
  const auto share = crypto::Lock(*opened.output, 2).share_for("00000099000000004000");
  would_fit.shares = {{share.k, share.y, share.check}};
  CHECK(shares_fit(bsn_link(one, to_zvh.id), "00000099000000002000", would_fit,
                   "00000099000000004000"));
  add_lock(one, *opened.output);
  add_lock(other, *opened.output);
  CHECK(holds(one.open_with_keys(to_zvh.id), to_zvh.word));
  CHECK_FALSE(other.open_with_keys(to_second.id));
}

}  // namespace sluis::test
