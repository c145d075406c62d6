// RFC 9497 appendix A.1.2, and what must be refused.
#include "crypto/voprf.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "crypto/encoding.hpp"
#include "support.hpp"

using namespace sluis::crypto;

namespace {

struct Server {
  SecretScalar secret = random_scalar();
  Array<32> key = Element::base_mul(secret.reveal())->bytes();
  std::optional<Evaluation> evaluate(std::span<const Array<32>> blinded,
                                     std::size_t* refused = nullptr) const {
    return sluis::crypto::evaluate(secret.reveal(), key, blinded, refused);
  }
};

}  // namespace

TEST_CASE("DeriveKeyPair: RFC 9497's vector", "[voprf]") {
  const auto suite = test::voprf_suite();
  const auto pair = derive_key_pair(test::array<32>(suite["seed"]), test::bytes(suite["keyInfo"]));
  REQUIRE(pair);
  CHECK(hex(pair->secret_key.reveal()) == suite["skSm"]);
  CHECK(hex(pair->public_key.bytes()) == suite["pkSm"]);
  CHECK_FALSE(derive_key_pair(test::array<32>(suite["seed"]), Bytes(0x10000)));
}

TEST_CASE("VOPRF: RFC 9497's vectors, one input and a batch", "[voprf]") {
  const auto suite = test::voprf_suite();
  const auto secret = test::secret_scalar(suite["skSm"]);
  const auto key = test::array<32>(suite["pkSm"]);
  REQUIRE(suite["vectors"].size() == 3);
  for (const auto& vector : suite["vectors"]) {
    std::vector<Scalar> blinds;
    for (const Bytes& blind : test::list(vector["Blind"])) {
      blinds.push_back(Scalar::parse(blind).value());
    }
    const auto batch = KnownAnswers::blind(test::list(vector["Input"]), blinds);
    REQUIRE(batch);
    CHECK(batch->elements() == test::elements(vector["BlindedElement"]));

    const auto nonce = Scalar::parse(test::bytes(vector["Proof"]["r"])).value();
    const auto evaluation = KnownAnswers::evaluate(secret.reveal(), key, batch->elements(), nonce);
    REQUIRE(evaluation);
    CHECK(evaluation->elements == test::elements(vector["EvaluationElement"]));
    CHECK(hex(evaluation->proof) == vector["Proof"]["proof"]);
    CHECK(verify(key, batch->elements(), *evaluation));

    const auto outputs = batch->finalize(evaluation->elements);
    REQUIRE(outputs);
    const auto expected = test::list(vector["Output"]);
    REQUIRE(outputs->size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(hex(outputs->at(i)) == hex(expected[i]));
    }
  }
}

TEST_CASE("VOPRF: blinds are fresh, outputs are not", "[voprf]") {
  const Server server;
  const auto inputs = test::inputs(3);
  std::set<Array<32>> blinded;
  std::set<std::vector<Array<64>>> outputs;
  for (int round = 0; round < 2; ++round) {
    const auto batch = BlindBatch::blind(inputs);
    REQUIRE(batch);
    blinded.insert(batch->elements().begin(), batch->elements().end());
    const auto evaluation = server.evaluate(batch->elements());
    REQUIRE(evaluation);
    outputs.insert(batch->finalize(evaluation->elements).value());
  }
  CHECK(blinded.size() == 6);
  CHECK(outputs.size() == 1);
}

TEST_CASE("VOPRF: batches of 0 and of more than 1,024 are refused, 1,024 are not", "[voprf]") {
  const Server server;
  CHECK_FALSE(BlindBatch::blind(test::inputs(0)));
  CHECK_FALSE(BlindBatch::blind(test::inputs(max_batch_elements + 1)));
  CHECK_FALSE(BlindBatch::blind(std::vector<Bytes>(1, Bytes(max_input_bytes + 1))));
  CHECK(BlindBatch::blind(std::vector<Bytes>{Bytes(max_input_bytes), Bytes{}}));

  std::size_t refused = 9;
  CHECK_FALSE(server.evaluate({}, &refused));
  CHECK(refused == 0);
  const std::vector<Array<32>> many(max_batch_elements + 1, server.key);
  CHECK_FALSE(server.evaluate(many, &refused));
  CHECK(refused == max_batch_elements);
  CHECK_FALSE(verify(server.key, {}, Evaluation{}));
  CHECK_FALSE(verify(server.key, many, Evaluation{many, {}}));

  const auto batch = BlindBatch::blind(test::inputs(max_batch_elements));
  REQUIRE(batch);
  const auto evaluation = server.evaluate(batch->elements());
  REQUIRE(evaluation);
  CHECK(verify(server.key, batch->elements(), *evaluation));
  CHECK(batch->finalize(evaluation->elements)->size() == max_batch_elements);
}

TEST_CASE("VOPRF: in slices as in one piece", "[voprf]") {
  const auto slice = GENERATE(1U, 2U, 5U, 100U);
  const Server server;
  auto batch = BlindBatch::start(test::inputs(5)).value();
  CHECK(batch.elements().empty());
  std::size_t steps = 1;
  while (!batch.step(slice)) CHECK(batch.elements().size() == slice * steps++);
  CHECK(batch.step(slice));
  CHECK(batch.elements().size() == 5);

  Evaluator evaluator(server.secret.reveal(), server.key, batch.elements());
  if (slice < 5) {
    CHECK_FALSE(evaluator.step(slice));
    CHECK_THROWS_AS(evaluator.take(), std::logic_error);
  }
  while (!evaluator.step(slice)) continue;
  CHECK(evaluator.step(slice));
  const auto evaluation = evaluator.take();
  REQUIRE(evaluation);

  Verifier verifier(server.key, batch.elements(), *evaluation);
  CHECK_FALSE(verifier.valid());
  while (!verifier.step(slice)) CHECK_FALSE(verifier.valid());
  CHECK(verifier.valid());

  Finalizer finalizer(batch, evaluation->elements);
  if (slice < 5) CHECK_THROWS_AS(finalizer.take(), std::logic_error);
  while (!finalizer.step(slice)) continue;
  CHECK(finalizer.take() == batch.finalize(evaluation->elements));
}

TEST_CASE("evaluate: a bad encoding or the identity is named by its place", "[voprf]") {
  const Server server;
  const auto place = GENERATE(0U, 2U);
  const auto batch = BlindBatch::blind(test::inputs(3));
  for (const auto& bad : test::bad_encodings()) {
    auto blinded = batch->elements();
    blinded[place] = bad;
    std::size_t refused = 9;
    CAPTURE(hex(bad));
    CHECK_FALSE(server.evaluate(blinded, &refused));
    CHECK(refused == place);
  }
}

TEST_CASE("verify: what is not exactly the holder's answer is refused", "[voprf]") {
  const Server server;
  const Server other;
  const auto batch = BlindBatch::blind(test::inputs(3)).value();
  const auto& blinded = batch.elements();
  const auto good = server.evaluate(blinded).value();
  REQUIRE(verify(server.key, blinded, good));

  SECTION("another key") {
    CHECK_FALSE(verify(other.key, blinded, good));
  }
  SECTION("another holder's answer") {
    CHECK_FALSE(verify(server.key, blinded, other.evaluate(blinded).value()));
  }
  SECTION("one element under another key") {
    auto bad = good;
    bad.elements[1] = other.evaluate(blinded)->elements[1];
    CHECK_FALSE(verify(server.key, blinded, bad));
  }
  SECTION("elements swapped") {
    auto bad = good;
    std::swap(bad.elements[0], bad.elements[2]);
    CHECK_FALSE(verify(server.key, blinded, bad));
    auto swapped = blinded;
    std::swap(swapped[0], swapped[2]);
    CHECK_FALSE(verify(server.key, swapped, good));
    CHECK_FALSE(verify(server.key, swapped, bad));
  }
  SECTION("an element more or fewer") {
    auto bad = good;
    bad.elements.pop_back();
    CHECK_FALSE(verify(server.key, blinded, bad));
    bad.elements = good.elements;
    bad.elements.push_back(good.elements[0]);
    CHECK_FALSE(verify(server.key, blinded, bad));
    CHECK_FALSE(verify(server.key, std::span(blinded).first(2), good));
  }
  SECTION("any byte of the proof") {
    for (std::size_t i = 0; i < good.proof.size(); ++i) {
      auto bad = good;
      bad.proof[i] ^= 1;
      CHECK_FALSE(verify(server.key, blinded, bad));
    }
  }
  SECTION("a proof whose scalars are not canonical") {
    // s + ℓ would verify with libsodium alone, which reduces it.
    for (const std::size_t part : {0U, 32U}) {
      auto bad = good;
      const auto order = test::bad_scalars().front();
      unsigned carry = 0;
      for (std::size_t i = 0; i < 32; ++i) {
        carry += bad.proof[part + i] + unsigned{order[i]};
        bad.proof[part + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
      }
      CHECK_FALSE(verify(server.key, blinded, bad));
    }
  }
  SECTION("bad encodings anywhere") {
    for (const auto& encoding : test::bad_encodings()) {
      CAPTURE(hex(encoding));
      auto bad = good;
      bad.elements[1] = encoding;
      CHECK_FALSE(verify(server.key, blinded, bad));
      auto bad_blinded = blinded;
      bad_blinded[1] = encoding;
      CHECK_FALSE(verify(server.key, bad_blinded, good));
      CHECK_FALSE(verify(encoding, blinded, good));
    }
  }
}

TEST_CASE("finalize: another number or a bad element gives nothing", "[voprf]") {
  const Server server;
  const auto batch = BlindBatch::blind(test::inputs(2)).value();
  const auto evaluated = server.evaluate(batch.elements())->elements;
  REQUIRE(batch.finalize(evaluated));
  CHECK_FALSE(batch.finalize(std::span(evaluated).first(1)));
  CHECK_FALSE(batch.finalize({}));
  for (const auto& bad : test::bad_encodings()) {
    auto wrong = evaluated;
    wrong[1] = bad;
    CHECK_FALSE(batch.finalize(wrong));
  }
}

TEST_CASE("BlindBatch: a moved batch finalises as before", "[voprf]") {
  const Server server;
  auto batch = BlindBatch::blind(test::inputs(2)).value();
  const auto evaluated = server.evaluate(batch.elements())->elements;
  const auto before = batch.finalize(evaluated);
  const auto moved = std::move(batch);
  CHECK(moved.finalize(evaluated) == before);
}
