// The answer to a delivery: signed receipts (protocol.md §5).
#include <algorithm>
#include <array>

#include "gateway/peer/wire.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;

bool fuzz::accepts(std::string_view input) {
  const auto read = gateway::peer::read_receipts(input);
  if (!read) return false;
  static const auto nobody = test::signing_key("never signs a receipt").public_key();
  static const std::array<std::string_view, 4> known{"stored", "duplicate", "refused", "deferred"};
  for (const auto& receipt : *read) {
    fuzz::must(std::find(known.begin(), known.end(), receipt.status) != known.end(),
               "a status is one of four");
    fuzz::must(!receipt.reason || config::is_slug(*receipt.reason),
               "a reason is a code: it comes into our store and log");
    fuzz::must(!receipt.signed_by(nobody), "nobody's signature verifies");
  }
  const auto written = gateway::peer::receipts_body(*read);
  const auto again = gateway::peer::read_receipts(written);
  fuzz::must(again.ok(), "what is written reads back");
  fuzz::must(gateway::peer::receipts_body(*again) == written, "and is written the same");
  return true;
}
