// A delivery: the body of POST /peer/v1/envelopes (protocol.md §5).
#include "gateway/peer/wire.hpp"
#include "tests/config/region_fixture.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;

bool fuzz::accepts(std::string_view input) {
  const auto read = gateway::peer::read_envelopes(input);
  if (!read) return false;
  fuzz::must(!read->empty() && read->size() <= gateway::max_envelopes, "1 to 256 envelopes");
  static const auto nobody = test::signing_key("never signs an envelope").public_key();
  for (const auto& envelope : *read) {
    fuzz::must(envelope.sealed.size() <= 512U * 1024U, "sealed is bounded");
    fuzz::must(!envelope.signed_by(nobody), "nobody's signature verifies");
    // What opens is handed to the decoder of inner messages: targets/signal.cpp.
    (void)test::box_key("zvh seal").open(envelope.sealed);
  }
  fuzz::must_be_same_document(input, gateway::peer::envelopes_body(*read));
  return true;
}
