// The inner message of an envelope, as receive.cpp reads what it opened (protocol.md §5).
#include "config/json.hpp"
#include "gateway/core/envelope.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;
using gateway::SignalMessage;

namespace {

void links_fit(const SignalMessage& message) {
  fuzz::must(!message.links.empty() && message.links.size() <= 16, "1 to 16 links");
  for (const auto& link : message.links) {
    fuzz::must(!link.shares.empty() && link.shares.size() <= 16, "1 to 16 shares a link");
    for (const auto& share : link.shares) fuzz::must(share.k >= 2, "no share for fewer than two");
    fuzz::must(link.wrapped.has_value() == (message.reveal != 1), "wrapped unless open at once");
    fuzz::must(!link.wrapped || link.wrapped->k == message.reveal, "wrapped for its reveal");
  }
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  const auto json = config::parse_json(input);
  if (!json) return false;
  const auto read = SignalMessage::from_json(*json);
  if (!read) return false;
  fuzz::must(read->reveal >= 1, "reveal is not zero");
  fuzz::must(read->content_key.has_value() == (read->reveal == 1), "a key where it is open");
  links_fit(*read);
  // Times lose their decimals when they are written: from the first writing on nothing changes.
  const auto written = read->to_json().dump();
  const auto again = SignalMessage::from_json(fuzz::reparsed(written));
  fuzz::must(again.ok(), "what is written reads back");
  fuzz::must(again->to_json().dump() == written, "and is written the same");
  return true;
}
