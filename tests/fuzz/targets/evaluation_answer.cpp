// What a holder answers to a request for two elements of generation 3, and its proof (protocol.md
// §3). The seeds are answers under the key that is fixed here.
#include "crypto/evaluation.hpp"
#include "crypto/hash.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/fuzz/evaluation_asked.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;

bool fuzz::accepts(std::string_view input) {
  static const fuzz::Asked asked;
  const auto read =
      gateway::peer::read_evaluation_answer(input, asked.generation, asked.blinded.size());
  if (!read) return false;
  fuzz::must(read->elements.size() == asked.blinded.size(), "as many elements as were asked for");
  fuzz::must_be_same_document(input, gateway::peer::evaluation_answer(asked.generation, *read));
  if (!crypto::verify(asked.public_key, asked.blinded, *read)) return false;
  fuzz::must(read->elements == asked.evaluated(), "a proof that verifies is of the right elements");
  return true;
}
