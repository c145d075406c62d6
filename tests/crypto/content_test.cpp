#include "crypto/content.hpp"

#include <catch2/catch.hpp>

#include "crypto/encoding.hpp"
#include "support.hpp"

using namespace sluis::crypto;

namespace {

constexpr ContentPlace content_place{"ggz", "zvh", "5bcbd0f8-c9c6-4359-96d5-9b93583213f0"};
constexpr WrapPlace wrap_place{content_place, "zvh", "2026b", "bsn", 2};

std::vector<ContentPlace> other_content_places() {
  std::vector<ContentPlace> others(3, content_place);
  others[0].from = "politie";
  others[1].to = "gemeente";
  others[2].signal = "00000000-0000-4000-8000-000000000000";
  return others;
}

std::vector<WrapPlace> other_wrap_places() {
  std::vector<WrapPlace> others(4, wrap_place);
  others[0].domain = "vt";
  others[1].epoch = "2027a";
  others[2].kind = "name-dob";
  others[3].k = 3;
  for (const auto& place : other_content_places()) {
    others.push_back(wrap_place);
    others.back().content = place;
  }
  return others;
}

}  // namespace

TEST_CASE("protocol.json: wrapped, box and commitment", "[content]") {
  const auto vectors = test::vectors("protocol.json");
  const auto& sealed = vectors["sealed"];
  const auto wrap_key =
      WrapKey::copy_of(test::bytes(vectors["persons"][0]["links"][0]["lock"][0]["K"])).value();
  const auto key = ContentKey::copy_of(test::bytes(sealed["CK"])).value();
  const auto signal = sealed["signal"].get<std::string>();
  const auto content = sealed["content"].get<std::string>();
  REQUIRE(signal == content_place.signal);

  const auto wrapped =
      known_answers::wrap(wrap_key, key, wrap_place, test::array<24>(sealed["wrapNonce"]));
  CHECK(hex(wrapped.box) == sealed["wrapped"]);
  const auto box = known_answers::seal_content(key, as_view(content), content_place,
                                               test::array<24>(sealed["contentNonce"]));
  CHECK(hex(box.box) == sealed["box"]);
  CHECK(hex(commitment(signal, key)) == sealed["commitment"]);

  const auto unwrapped = unwrap(wrap_key, wrapped, wrap_place);
  REQUIRE(unwrapped);
  CHECK(equal(commitment(signal, *unwrapped), test::bytes(sealed["commitment"])));
  CHECK(as_text(open_content(*unwrapped, box, content_place).value()) == content);
}

TEST_CASE("content: padded to blocks, whatever its size", "[content]") {
  struct Case {
    std::size_t size;
    std::size_t blocks;
  };
  const auto c = GENERATE(values<Case>({{0, 1}, {1, 1}, {1023, 1}, {1024, 2}, {5000, 5}}));
  const auto key = ContentKey::random();
  const Bytes content(c.size, 'x');
  const auto sealed = seal_content(key, content, content_place);
  CHECK(sealed.box.size() == c.blocks * content_block_bytes + 16);
  CHECK(open_content(key, sealed, content_place) == content);
}

TEST_CASE("content: nonces are fresh", "[content]") {
  const auto key = ContentKey::random();
  const auto wrap_key = WrapKey::random();
  CHECK(seal_content(key, {}, content_place).nonce != seal_content(key, {}, content_place).nonce);
  CHECK(wrap(wrap_key, key, wrap_place).nonce != wrap(wrap_key, key, wrap_place).nonce);
}

TEST_CASE("content: another key, place, nonce, bit or length opens nothing", "[content]") {
  const auto key = ContentKey::random();
  const auto good = seal_content(key, as_view("content"), content_place);
  CHECK_FALSE(open_content(ContentKey::random(), good, content_place));
  for (const auto& place : other_content_places()) CHECK_FALSE(open_content(key, good, place));
  auto bad = good;
  bad.nonce[0] ^= 1;
  CHECK_FALSE(open_content(key, bad, content_place));
  bad = good;
  bad.box[100] ^= 1;
  CHECK_FALSE(open_content(key, bad, content_place));
  for (const std::size_t size : {0U, 15U, 16U, 1024U, 1039U}) {
    bad.box.assign(good.box.begin(), good.box.begin() + size);
    CHECK_FALSE(open_content(key, bad, content_place));
  }
}

TEST_CASE("wrap: another key, place, nonce or bit opens nothing", "[content]") {
  const auto wrap_key = WrapKey::random();
  const auto key = ContentKey::random();
  const auto good = wrap(wrap_key, key, wrap_place);
  CHECK(equal(unwrap(wrap_key, good, wrap_place)->reveal(), key.reveal()));
  CHECK_FALSE(unwrap(WrapKey::random(), good, wrap_place));
  const auto others = other_wrap_places();
  REQUIRE(others.size() == 7);
  for (const auto& place : others) CHECK_FALSE(unwrap(wrap_key, good, place));
  auto bad = good;
  bad.nonce[23] ^= 1;
  CHECK_FALSE(unwrap(wrap_key, bad, wrap_place));
  bad = good;
  bad.box[47] ^= 1;
  CHECK_FALSE(unwrap(wrap_key, bad, wrap_place));
}

TEST_CASE("commitment: one for each signal and key", "[content]") {
  const auto key = ContentKey::random();
  CHECK(commitment("a", key) == commitment("a", key));
  CHECK(commitment("a", key) != commitment("b", key));
  CHECK(commitment("a", key) != commitment("a", ContentKey::random()));
}
