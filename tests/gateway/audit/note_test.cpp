#include "gateway/audit/note.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

using namespace sluis;
using namespace sluis::gateway::audit;
using namespace sluis::gateway::audit::test;
namespace fs = std::filesystem;

namespace {

const fs::path example = fs::path(SLUIS_TEST_DATA) / "vectors/tlog-example";
const std::string example_origin = "gateway.example/audit";

std::string example_signature_line() {
  const auto note = read(example / "checkpoint");
  const auto begin = note.find("\n\n") + 2;
  return note.substr(begin, note.find('\n', begin) + 1 - begin);
}

}  // namespace

TEST_CASE("the example log's checkpoint is reproduced to the byte", "[note]") {
  CompactRange range;
  std::string tile;
  std::string bundle;
  for (int i = 0; i < 5; ++i) {
    const auto record = "record " + std::to_string(i);
    const auto leaf = leaf_hash(crypto::as_view(record));
    range.append(leaf);
    tile += crypto::as_text(leaf);
    append_to_bundle(bundle, record);
  }
  CHECK(tile == read(example / "tile/0/000.p/5"));
  CHECK(bundle == read(example / "tile/entries/000.p/5"));

  const auto body = checkpoint_body(example_origin, range.size(), range.root());
  const auto note = sign_note(body, example_origin, log_key());
  CHECK(note == body + "\n" + example_signature_line());
  CHECK(Verifier{example_origin, log_key().public_key()}.vkey() + "\n" ==
        read(example / "log.vkey"));
}

TEST_CASE("the example's checkpoint opens, cosignature and all", "[note]") {
  const auto verifier = parse_vkey(read(example / "log.vkey")).value();
  const auto note = parse_note(read(example / "checkpoint")).value();
  CHECK(note.signatures.size() == 2);
  const auto checkpoint = open_checkpoint(read(example / "checkpoint"), verifier).value();
  CHECK(checkpoint.origin == example_origin);
  CHECK(checkpoint.size == 5);
}

TEST_CASE("the example log verifies", "[note][verify]") {
  const auto verifier = parse_vkey(read(example / "log.vkey")).value();
  VerifyOptions options;
  options.records_are_ours = false;
  auto report = verify_log(example, verifier, options);
  CHECK(report.ok());
  CHECK(report.records_checked == 5);

  // Its own earlier state, signed with its key.
  CompactRange three;
  for (int i = 0; i < 3; ++i) {
    three.append(leaf_hash(crypto::as_view("record " + std::to_string(i))));
  }
  options.since =
      sign_note(checkpoint_body(example_origin, 3, three.root()), example_origin, log_key());
  CHECK(verify_log(example, verifier, options).ok());
  options.records_are_ours = true;
  report = verify_log(example, verifier, options);
  REQUIRE_FALSE(report.ok());
  CHECK(report.fault->record == 0);
  CHECK_THAT(report.fault->what, Catch::Contains("canonical"));
}

TEST_CASE("a checkpoint is refused when anything of it is not as signed", "[note]") {
  const Verifier us{origin, log_key().public_key()};
  const auto root = leaf_hash(crypto::as_view("x"));
  const auto body = checkpoint_body(origin, 7, root);
  const auto note = sign_note(body, origin, log_key());
  REQUIRE(open_checkpoint(note, us));
  const auto other_key = crypto::SigningKey::random();

  struct Case {
    std::string name, note;
    Verifier verifier;
  };
  auto resized = note;
  resized.replace(resized.find("\n7\n"), 3, "\n8\n");
  const std::vector<Case> cases{
      {"another size", resized, us},
      {"another key", note, {origin, other_key.public_key()}},
      {"another name", note, {"00000099000000003000/audit/2026", us.key}},
      {"signed by another", sign_note(body, origin, other_key), us},
      {"our signature over another origin",
       sign_note(checkpoint_body("elsewhere", 7, root), origin, log_key()), us},
      {"no signature", body + "\n", us},
      {"no line feed at the end", note.substr(0, note.size() - 1), us},
      {"cut short", note.substr(0, note.size() / 2), us},
      {"nothing", "", us},
      {"a control character", note.substr(0, 3) + "\x01" + note.substr(3), us},
      {"a signature line that is none", note + "hello\n", us},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    CHECK_FALSE(open_checkpoint(c.note, c.verifier));
  }
}

TEST_CASE("checkpoints: sizes and roots have one form", "[note]") {
  const std::string root = "q1uiQNXF9m1XxD/D6UjYe+ylGdTaiwKLbFgv2nu/mbQ=";
  CHECK(parse_checkpoint("o\n5\n" + root + "\n"));
  CHECK(parse_checkpoint("o\n0\n" + root + "\nextension\n"));
  const std::vector<std::string> refused{"o\n05\n" + root + "\n",
                                         "o\n-5\n" + root + "\n",
                                         "o\n\n" + root + "\n",
                                         "o\n5\n" + root.substr(1) + "\n",
                                         "o\n5\n",
                                         "\n5\n" + root + "\n",
                                         "o\n18446744073709551616\n" + root + "\n",
                                         "o\n5x\n" + root + "\n",
                                         "o\n5\n" + root + "\n\n"};
  for (const auto& body : refused) {
    CHECK_FALSE(parse_checkpoint(body));
  }
}

TEST_CASE("verifier keys: what does not fit is refused", "[note]") {
  const auto vkey = Verifier{origin, log_key().public_key()}.vkey();
  REQUIRE(parse_vkey(vkey));
  CHECK(parse_vkey(vkey)->name == origin);
  auto other_id = vkey;
  other_id[origin.size() + 1] = other_id[origin.size() + 1] == '0' ? '1' : '0';
  for (const auto& text : {std::string("x"), other_id, vkey.substr(0, vkey.size() - 4),
                           "a b" + vkey.substr(origin.size()), read(example / "witness.vkey")}) {
    CHECK_FALSE(parse_vkey(text));
  }
}
