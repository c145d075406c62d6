// What a gateway says of the region's keys: transcripts and acknowledgements (protocol.md §6).
#include "gateway/keys/domain_keys.hpp"

#include "gateway/keys/key_set.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;
using gateway::KeyRecord;

namespace {

/// A signer that the directory names has said exactly this, or the key is not one.
void verifies_only_signed(const KeyRecord& record) {
  static const auto directory = test::directory();
  const auto& transcript = record.transcript;
  const auto keys = gateway::verify(std::span(&transcript, 1), directory);
  if (!keys) return;
  fuzz::must(keys->public_key.bytes() == transcript.key, "K is the one that was signed");
  fuzz::must(keys->holders.size() == transcript.holders.size(), "of every holder");
  for (std::size_t i = 0; i < keys->holders.size(); ++i) {
    const auto* partner = directory.partner(keys->holders[i].id);
    fuzz::must(partner != nullptr, "whom the directory knows");
    fuzz::must(
        crypto::verify(partner->sign_key, transcript.signed_bytes(), transcript.signatures.at(i)),
        "and who signed it");
  }
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  const auto read = gateway::read_records(input);
  if (!read) return false;
  const auto written = gateway::records_text(*read);
  fuzz::must_be_same_document(input, written);
  for (const auto& record : *read) {
    (void)record.acknowledged();
    (void)record.transcript.hash();
    if (record.transcript.commitments.size() <= 8) verifies_only_signed(record);
  }
  return true;
}
