// What each coalition can do with all that it has, and where that ends: the table in
// crypto/README.md, row by row. What is possible is shown as well as what is not.
#include "tests/functional/coalition.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "crypto/lock.hpp"
#include "tests/functional/attack.hpp"
#include "tests/functional/key_test_support.hpp"
#include "tests/functional/scanner.hpp"

namespace sluis::test {

namespace {

namespace fs = std::filesystem;

crypto::Array<32> tag(const Output& output) {
  return crypto::tag_of(output);
}

Shares share_of(TestRegion& region, const gateway::Transcript& key, std::string_view holder) {
  Shares shares;
  const auto folder = region.layout().partner(holder);
  auto share =
      share_in(folder / "data" / "keys", folder / "keys" / "gateway.json", generation_of(key));
  REQUIRE(share);
  shares.emplace(number_of(key, holder), std::move(*share));
  return shares;
}

Shares joined(Shares one, Shares other) {
  one.merge(other);
  return one;
}

/// What a holder's log says that a partner had evaluated under this key, or was refused.
std::uint64_t evaluated(const std::vector<Json>& records, std::string_view partner,
                        std::string_view use, std::string_view outcome = "permit") {
  std::uint64_t sum = 0;
  for (const auto& record : records)
    if (record["action"] == "evaluation.answer" && record.contains("object") &&
        record.value("counterparty", "") == partner && record["outcome"] == outcome &&
        record["object"]["id"].get<std::string>().ends_with("/" + std::string(use)))
      sum += record["count"].get<std::uint64_t>();
  return sum;
}

}  // namespace

TEST_CASE("coalition: a holder makes no tag and knows nobody by what it evaluated; t make all",
          "[coalition]") {
  Aviary aviary(51);
  TestRegion region;
  region.start();
  const auto person = aviary.person(), other = aviary.person();
  const auto closed = send(region, aviary, "ggz", person);
  region.wait_delivered();
  const auto tags = transcript_at(region, "zvh", "tag"),
             locks = transcript_at(region, "zvh", "lock");

  // The same person twice and another once: politie is asked, and has the lot afterwards.
  std::vector<std::string> seen;
  std::vector<Output> outputs;
  for (const auto* each : {&person, &person, &other}) {
    const auto guess = ask(region, "ggd", {"politie", "gemeente"}, tags, input_of(tags, *each));
    REQUIRE(guess.output);
    outputs.push_back(*guess.output);
    seen.insert(seen.end(), guess.seen.begin(), guess.seen.end());
  }
  CHECK(outputs[0] == outputs[1]);
  CHECK(std::ranges::count(seen, seen[0]) == 1);  // blinded anew each time
  std::vector<Json> records;
  for (auto record : region.records("politie")) {
    if (record["counterparty"] != "ggd") continue;
    for (const auto* fresh : {"id", "at", "traceId", "spanId", "parentSpanId"}) record.erase(fresh);
    records.push_back(std::move(record));
  }
  REQUIRE(records.size() == 3);
  CHECK(records[0] == records[1]);  // the person asked for twice,
  CHECK(records[0] == records[2]);  // and somebody else: no difference
  region.stop();

  // Neither what was asked nor what was answered, nor what becomes of it, is at the holder.
  for (const auto& output : outputs) seen.push_back(crypto::base64url(tag(output)));
  CHECK(times_found(region.layout().partner("politie"), seen) == 0);
  CHECK(times_found(region.layout().partner("zvh"), seen) > 0);  // the tag of the one that is named

  Attack attack(region.layout().root, stolen(region, "zvh", true));
  const auto& link = bsn_link(attack, closed.id);
  CHECK(link.tag == tag(outputs[0]));
  // Alone: its share as it is, and weighted as for each set of holders.
  const auto one = share_of(region, tags, "politie");
  const auto x = input_of(tags, person);
  CHECK(tag(evaluate_joined(one, x)) != link.tag);
  for (const auto* with : {"veilig-thuis", "gemeente"}) {
    auto guessed = share_of(region, tags, "politie");
    guessed.emplace(number_of(tags, with), crypto::random_scalar());
    CHECK(tag(evaluate_joined(guessed, x)) != link.tag);
  }
  // Any two: the key itself, without a log or a budget, and with the recipient's database all of
  // it.
  for (const auto& pair : holder_pairs) {
    const auto both = joined(share_of(region, tags, pair[0]), share_of(region, tags, pair[1]));
    CHECK(tag(evaluate_joined(both, x)) == link.tag);
    CHECK(tag(evaluate_joined(both, input_of(tags, other))) == tag(outputs[2]));
  }
  add_lock(attack, evaluate_joined(share_of(region, locks, "politie"), input_of(locks, person)));
  CHECK_FALSE(attack.open_with_keys(closed.id));
  add_lock(attack, evaluate_joined(joined(share_of(region, locks, "politie"),
                                          share_of(region, locks, "gemeente")),
                                   input_of(locks, person)));
  CHECK(holds(attack.open_with_keys(closed.id), closed.word));
}

TEST_CASE(
    "coalition: the recipient alone sees who signalled a person that it names, and no content",
    "[coalition]") {
  Aviary aviary(52);
  TestRegion region;
  region.start();
  const auto person = aviary.person(), nobody = aviary.person();
  const auto closed = send(region, aviary, "ggz", person);
  region.wait_delivered();
  REQUIRE(region.stop("zvh") == 0);
  Attack attack(region.layout().root, stolen(region, "zvh", true));
  CHECK(key_files(region, "zvh").empty());  // no share: nothing to evaluate with by itself
  const auto tags = transcript_at(region, "zvh", "tag"),
             locks = transcript_at(region, "zvh", "lock");

  const auto named = ask(region, "zvh", {"politie", "gemeente"}, tags, input_of(tags, person));
  const auto unknown = ask(region, "zvh", {"politie", "gemeente"}, tags, input_of(tags, nobody));
  REQUIRE((named.output && unknown.output));
  const auto& link = bsn_link(attack, closed.id);
  CHECK(tag(*named.output) == link.tag);  // with it: ggz, the theme, the times
  CHECK(tag(*unknown.output) != link.tag);
  for (const auto& pair : holder_pairs) {
    const auto refused = ask(region, "zvh", pair, locks, input_of(locks, person));
    CHECK_FALSE(refused.output);
    CHECK(refused.codes == std::vector<std::string>{"forbidden", "forbidden"});
  }
  for (const auto& holder : key_holders) {
    const auto records = region.records(holder);
    CHECK(evaluated(records, "zvh", "tag") == (holder == "veilig-thuis" ? 0 : 2));
    CHECK(evaluated(records, "zvh", "lock") == 0);
    CHECK(evaluated(records, "zvh", "lock", "deny") == 2);
  }
  add_lock(attack, *named.output);
  CHECK_FALSE(attack.open_stored(closed.id));
  CHECK_FALSE(attack.open_with_keys(closed.id));
}

TEST_CASE("coalition: the recipient and a sender open for persons that they name, within budget",
          "[coalition]") {
  constexpr unsigned budget = 3, t = 2, n = 3;  // of one partner, at each holder, for each use
  Aviary aviary(53);
  TestRegion region({"--evaluations-per-day", std::to_string(budget)});
  region.start();
  const auto person = aviary.person();
  const auto closed = send(region, aviary, "ggz", person);
  region.wait_delivered();
  const auto locks = transcript_at(region, "zvh", "lock");
  REQUIRE(region.stop("zvh") == 0);
  Attack attack(region.layout().root, stolen(region, "zvh", true));

  const auto guess = [&](std::string_view as, const std::vector<std::string>& holders,
                         const Canary& whom, const Shares& own = {}) {
    return ask(region, as, holders, locks, input_of(locks, whom), own);
  };
  const auto& pairs = holder_pairs;
  // A sender that holds nothing. The wrong persons first: what is guessed must be the person.
  std::optional<Output> right;
  unsigned guesses = 0;
  for (; guesses < n * budget / t; ++guesses) {
    const bool last = guesses + 1 == n * budget / t;
    const auto made = guess("ggd", pairs[guesses % pairs.size()], last ? person : aviary.person());
    REQUIRE(made.output);
    if (last) right = made.output;
    if (!last) add_lock(attack, *made.output);
  }
  CHECK(guesses == 4);
  CHECK_FALSE(attack.open_with_keys(closed.id));
  add_lock(attack, *right);
  CHECK(holds(attack.open_with_keys(closed.id), closed.word));
  for (const auto& pair : pairs) CHECK_FALSE(guess("ggd", pair, person).output);
  std::uint64_t permitted = 0;
  for (const auto& holder : key_holders) {
    const auto records = region.records(holder);
    CHECK(evaluated(records, "ggd", "lock") <= budget);
    CHECK(evaluated(records, "ggd", "lock", "deny") >= 1);
    permitted += evaluated(records, "ggd", "lock");
  }
  CHECK(permitted >= t * guesses);
  CHECK(permitted <= n * budget);

  // A sender that is a holder asks t − 1 others.
  const auto own = share_of(region, locks, "politie");
  for (unsigned i = 0; i < (n - 1) * budget / (t - 1); ++i) {
    const auto made = guess("politie", {i < budget ? "gemeente" : "veilig-thuis"}, person, own);
    REQUIRE(made.output);
    CHECK(*made.output == *right);
  }
  for (const std::string holder : {"gemeente", "veilig-thuis"}) {
    CHECK(guess("politie", {holder}, person, own).codes == std::vector<std::string>{"over-budget"});
    CHECK(evaluated(region.records(holder), "politie", "lock") == budget);
  }
}

TEST_CASE("coalition: a stolen database shows no person and no content, open or closed",
          "[coalition]") {
  Aviary aviary(54);
  TestRegion region;
  region.start();
  const auto known = aviary.person();
  std::vector<Sent> sent;
  for (const auto* partner : {"ggz", "politie"})
    sent.push_back(send(region, aviary, partner, known));  // two: open
  sent.push_back(send(region, aviary, "ggd", aviary.person()));
  region.wait_delivered();
  region.stop();

  const auto without = stolen(region, "zvh", false);
  CHECK(told(Scanner(aviary.needles()).scan_folder(without)) == "");
  Attack thief(region.layout().root, without);
  for (const auto& signal : sent) {
    CHECK_FALSE(thief.open_stored(signal.id));
    CHECK_FALSE(thief.open_with_keys(signal.id));
  }
  // What it does show: who sent what kind of signal, when, and which are about the same person.
  CHECK(thief.signals().size() == 3);
  CHECK(bsn_link(thief, sent[0].id).tag == bsn_link(thief, sent[1].id).tag);
  CHECK(bsn_link(thief, sent[0].id).tag != bsn_link(thief, sent[2].id).tag);

  Attack owner(region.layout().root, stolen(region, "zvh", true));
  for (const auto& signal : {sent[0], sent[1]}) {
    CHECK(holds(owner.open_stored(signal.id), signal.word));
    CHECK(holds(owner.open_with_keys(signal.id), signal.word));
  }
  CHECK_FALSE(owner.open_with_keys(sent[2].id));

  // A holder's: its shares are there, and open with its own key file alone.
  const auto tags = transcript_at(region, "zvh", "tag");
  const auto shares = stolen(region, "politie", false) / "data" / "keys";
  const auto key_file = [&](std::string_view partner) {
    return region.layout().partner(partner) / "keys" / "gateway.json";
  };
  CHECK_FALSE(share_in(shares, key_file("gemeente"), generation_of(tags)));
  CHECK(share_in(shares, key_file("politie"), generation_of(tags)));
}

TEST_CASE(
    "coalition: a stolen backup opens with its passphrase, and its shares go with no later ones",
    "[coalition]") {
  Aviary aviary(55);
  TestRegion region;
  region.start();
  const auto epoch = first_epoch(region);
  const auto person = aviary.person();
  const auto before = transcript_at(region, "zvh", "tag");
  const auto x = input_of(before, person);
  const auto wanted = ask(region, "ggd", {"politie", "gemeente"}, before, x).output.value();

  const auto backup = region.scratch() / "politie.backup", right = region.scratch() / "passphrase",
             wrong = region.scratch() / "another", restored = region.scratch() / "restored";
  for (const auto& [file, words] : {std::pair{right, "that nobody guesses, of politie"},
                                    std::pair{wrong, "that somebody guesses, of politie"}}) {
    put(file, words);
    set_mode(file, 0600);
  }
  const auto made = region.sluis({"keys", "backup", backup.string(), "--settings",
                                  region.layout().settings("politie").string(), "--passphrase-file",
                                  right.string(), "--weak-for-tests"});
  INFO(made.err);
  REQUIRE(made.status == 0);
  region.change_directory([](Json& document) {
    document["domains"][0]["epochs"][0]["generation"] = 2;
    document["domains"][0]["epochs"][0]["ceremony"] = "refresh";
  });
  wait_generation(region, epoch, 2, everybody());
  const auto after = transcript_at(region, "zvh", "tag");
  REQUIRE(after.generation == 2);
  for (const std::string holder : {"politie", "gemeente"})
    REQUIRE(poll_until(within(std::chrono::minutes(1)),
                       [&] { return key_files(region, holder).size() == 2; }));
  region.stop();

  const auto restore = [&](const fs::path& passphrase) {
    return region.sluis({"keys", "restore", backup.string(), "--into", restored.string(),
                         "--passphrase-file", passphrase.string()});
  };
  CHECK(restore(wrong).status == 5);
  CHECK_FALSE(fs::exists(restored / "keys"));
  const auto present = contents(region.layout().partner("politie") / "keys" / "gateway.json");
  CHECK(contents(backup).find(Json::parse(present)["storeKey"].get<std::string>()) ==
        std::string::npos);
  const auto opened = restore(right);
  INFO(opened.err);
  REQUIRE(opened.status == 0);

  // What politie had then, with what gemeente has now.
  const auto key_file = restored / "keys" / "gateway.json";
  auto old = share_in(restored / "data" / "keys", key_file, generation_of(before));
  REQUIRE(old);
  auto mixed = share_of(region, after, "gemeente");
  mixed.emplace(number_of(before, "politie"), std::move(*old));
  CHECK(evaluate_joined(mixed, x) != wanted);
  const auto now = joined(share_of(region, after, "gemeente"), share_of(region, after, "politie"));
  CHECK(evaluate_joined(now, x) == wanted);  // the key is the same, and any two of now have it
  // Whoever has the backup open has the key file: it opens what politie's disk has today.
  CHECK(share_in(region.data("politie") / "keys", key_file, generation_of(after)));
}

}  // namespace sluis::test
