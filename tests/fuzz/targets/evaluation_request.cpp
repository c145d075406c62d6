// The body of POST /peer/v1/evaluations, and the elements in it (protocol.md §3).
#include "crypto/element.hpp"
#include "crypto/evaluation.hpp"
#include "gateway/peer/wire.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;

namespace {

/// The holder evaluates all or, where one is malformed, nothing; and proves what it did.
void evaluates(const std::vector<crypto::Array<32>>& blinded) {
  static const auto key = crypto::random_scalar();
  static const auto public_key = crypto::Element::base_mul(key.reveal())->bytes();
  bool all = true;
  for (const auto& bytes : blinded) {
    const auto element = crypto::Element::parse(bytes);
    all = all && element;
    fuzz::must(!element || element->bytes() == bytes, "an element has one encoding");
  }
  const auto evaluation = crypto::evaluate(key.reveal(), public_key, blinded);
  fuzz::must(evaluation.has_value() == all, "elements are evaluated, and nothing else is");
  if (evaluation) fuzz::must(crypto::verify(public_key, blinded, *evaluation), "with a proof");
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  const auto read = gateway::peer::read_evaluation_request(input);
  if (!read) return false;
  fuzz::must(!read->blinded.empty() && read->blinded.size() <= gateway::max_elements,
             "1 to 1,024 elements");
  fuzz::must(read->holders.size() >= 2 && read->holders.size() <= 255, "2 to 255 holders");
  fuzz::must(read->key.use == "tag" || read->key.use == "lock", "of a use that there is");
  fuzz::must_be_same_document(input, gateway::peer::evaluation_request(*read));
  if (read->blinded.size() <= 3) evaluates(read->blinded);
  return true;
}
