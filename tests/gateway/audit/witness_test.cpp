#include "gateway/audit/witness.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <thread>

#include "crypto/encoding.hpp"
#include "gateway/audit/proof.hpp"
#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;
namespace fs = std::filesystem;

namespace {

const fs::path example = fs::path(SLUIS_TEST_DATA) / "vectors/tlog-example";

/// The key whose seed is 20 21 … 3f.
const crypto::SigningKey& witness_key() {
  static const auto key = [] {
    crypto::Array<32> seed;
    std::iota(seed.begin(), seed.end(), std::uint8_t{0x20});
    return crypto::SigningKey::from_seed(seed).value();
  }();
  return key;
}

/// A log of so many records as one would show it to a witness.
struct Shown {
  std::vector<Hash> leaves;
  explicit Shown(std::size_t size, std::size_t forked_at = 1000) {
    for (const auto& record : numbered(size)) {
      const auto fork = leaves.size() >= forked_at ? " " : "";
      leaves.push_back(leaf_hash(crypto::as_view(record + fork)));
    }
  }
  [[nodiscard]] std::string note(const crypto::SigningKey& key = log_key(),
                                 const std::string& as = origin) const {
    return sign_note(checkpoint_body(as, leaves.size(), CompactRange(leaves).root()), as, key);
  }
  [[nodiscard]] AddCheckpoint from(std::uint64_t old) const {
    const auto subtree = [this](unsigned level, std::uint64_t index) {
      const auto width = std::size_t{1} << level;
      return CompactRange(std::span(leaves).subspan(index * width, width)).root();
    };
    return {old,
            consistency_proof(std::min<std::uint64_t>(old, leaves.size()), leaves.size(), subtree)
                .value(),
            note()};
  }
};

/// A witness over a store of its own.
class Opened {
 public:
  Opened() : log_(folder_.path()) {}
  WitnessAnswer ask(const std::string& body) {
    std::optional<WitnessAnswer> answer;
    act(*log_.store, [&](store::Transaction& tx) {
      answer = witness_.add_checkpoint(tx, body, {oin(), log_key().public_key()}, log_.clock.now());
    });
    return *answer;
  }
  WitnessAnswer ask(const AddCheckpoint& request) { return ask(add_checkpoint_body(request)); }
  std::optional<std::string> last(const std::string& of = origin) {
    return look(*log_.store,
                [&](store::Transaction& tx) { return Witness::last(tx, origin_hash(of)); });
  }
  [[nodiscard]] Verifier verifier() const {
    return {"partner.example/witness", witness_key().public_key(), KeyType::cosignature};
  }
  [[nodiscard]] store::Store& store() { return *log_.store; }
  [[nodiscard]] const Witness& witness() const { return witness_; }

 private:
  TempFolder folder_;
  TestLog log_;
  Witness witness_{witness_key(), "partner.example/witness"};
};

}  // namespace

TEST_CASE("the example's cosignature is reproduced to the byte, and opens", "[witness]") {
  const auto text = read(example / "checkpoint");
  const auto note = parse_note(text).value();
  const auto at = config::Timestamp(std::chrono::seconds(1767225600));
  CHECK(text.ends_with("\n" + cosign(note.body, "partner.example/witness", witness_key(), at)));
  const auto verifier = parse_vkey(read(example / "witness.vkey"), KeyType::cosignature).value();
  CHECK(verifier.vkey() + "\n" == read(example / "witness.vkey"));
  CHECK(cosigned_at(note, verifier) == at);
  CHECK_FALSE(parse_vkey(read(example / "witness.vkey")));

  auto forged = note;
  forged.body += "x\n";
  CHECK_FALSE(cosigned_at(forged, verifier));
  forged = note;
  forged.signatures.back().signature[7] ^= 1;  // the time
  CHECK_FALSE(cosigned_at(forged, verifier));
}

TEST_CASE("the example's request parses, and is written the same", "[witness]") {
  const auto body = read(example / "add-checkpoint");
  const auto request = parse_add_checkpoint(body).value();
  CHECK(request.old_size == 3);
  CHECK(request.proof.size() == 4);
  CHECK(add_checkpoint_body(request) == body);
}

TEST_CASE("a log that only grows is cosigned, and kept with both signatures", "[witness]") {
  Opened witness;
  CHECK_FALSE(witness.last());
  for (const auto& [old, size] : {std::pair(0, 3), {3, 3}, {3, 7}, {7, 20}}) {
    const Shown shown(static_cast<std::size_t>(size));
    const auto answer = witness.ask(shown.from(static_cast<std::uint64_t>(old)));
    CHECK(answer.status == 200);
    const auto note = parse_note(shown.note() + answer.body).value();
    CHECK(cosigned_at(note, witness.verifier()));
    CHECK(witness.last() == shown.note() + answer.body);
  }
}

TEST_CASE("what is refused is refused as the specification says, and changes nothing",
          "[witness]") {
  Opened witness;
  REQUIRE(witness.ask(Shown(5).from(0)).status == 200);
  const auto before = witness.last();
  const auto good = Shown(9).from(5);
  const auto with = [&](auto change) {
    auto request = good;
    change(request);
    return witness.ask(request);
  };
  CHECK(witness.ask("nonsense").status == 400);
  CHECK(witness.ask("old 05\n\n" + good.checkpoint).status == 400);
  CHECK(witness.ask("old 5\nAAAA\n\n" + good.checkpoint).status == 400);
  CHECK(witness.ask("old 5\n\n").status == 400);
  CHECK(with([](auto& r) { r.old_size = 10; }).status == 400);
  CHECK(with([](auto& r) { r.proof.assign(64, Hash{}); }).status == 400);

  CHECK(with([](auto& r) {
          r.checkpoint = Shown(9).note(log_key(), "00000099000000009000/audit/2026");
        }).status == 404);
  CHECK(with([](auto& r) {
          r.checkpoint = Shown(9).note(log_key(), oin().str() + "/audit/anything");
        }).status == 404);

  const auto other = crypto::SigningKey::random();
  CHECK(with([&](auto& r) { r.checkpoint = Shown(9).note(other); }).status == 403);
  // A good signature does not save a note with a bad one under the same name and key id.
  CHECK(with([&](auto& r) {
          const auto bad = Shown(8).note();
          r.checkpoint += bad.substr(bad.find("\n\n") + 2);
        }).status == 403);

  for (const std::uint64_t old : {0ULL, 3ULL, 6ULL}) {
    const auto conflict = witness.ask(Shown(9).from(old));
    CHECK(conflict.status == 409);
    CHECK(conflict.body == "5\n");
    CHECK(conflict.content_type == "text/x.tlog.size");
  }
  CHECK(with([](auto& r) { r.proof[0][0] ^= 1; }).status == 422);
  CHECK(with([](auto& r) { r.proof.clear(); }).status == 422);
  CHECK(witness.ask(Shown(9, 2).from(5)).status == 422);  // another history
  CHECK(witness.ask(Shown(5, 2).from(5)).status == 422);  // the same size, another root
  CHECK(witness.last() == before);
  CHECK(with([](auto&) {}).status == 200);

  Opened fresh;
  auto proof_for_nothing = Shown(5).from(0);
  proof_for_nothing.proof.push_back(Hash{});
  CHECK(fresh.ask(proof_for_nothing).status == 422);
  const auto empty = sign_note(checkpoint_body(origin, 0, Hash{}), origin, log_key());
  CHECK(fresh.ask(AddCheckpoint{0, {}, empty}).status == 422);
  CHECK_FALSE(fresh.last());
}

TEST_CASE("of two requests that race from one state, one is cosigned", "[witness]") {
  Opened witness;
  REQUIRE(witness.ask(Shown(5).from(0)).status == 200);
  // Two histories that both go on from record 5: never may both be cosigned.
  std::vector<int> statuses(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back(
        [&, i] { statuses[i] = witness.ask(Shown(9 + i, i == 0 ? 1000 : 6).from(5)).status; });
  }
  for (auto& thread : threads) thread.join();
  std::ranges::sort(statuses);
  CHECK(statuses == std::vector{200, 409});
}
