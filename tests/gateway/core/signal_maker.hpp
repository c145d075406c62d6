// Signals as a sender's gateway makes them, for the recipient's tests.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core_fixture.hpp"
#include "gateway/core/envelope.hpp"

namespace sluis::gateway::test {

/// F(x) of a linkage key: for tests of linking any function will do.
using Outputs = std::function<crypto::Array<64>(const std::string& use, const std::string& epoch,
                                                const std::string& kind, const std::string& value)>;
crypto::Array<64> hashed_output(const std::string& use, const std::string& epoch,
                                const std::string& kind, const std::string& value);
/// The real one, under the domain's key.
crypto::Array<64> true_output(const std::string& use, const std::string& epoch,
                              const std::string& kind, const std::string& value);

struct SignalPlan {
  std::string from;
  std::vector<std::pair<std::string, std::string>> keys;  // kind, value
  unsigned reveal = 2;
  std::vector<std::string> epochs{"2026b"};
  std::string theme = "geweld";
  config::Json content = {{"contact", {{"name", "Dienst"}}}, {"severity", "hoog"}};
};

/// To zvh, made at `now`, for 180 days; every link with shares for k = 2 and 3.
SignalMessage make_message(const SignalPlan& plan, config::Timestamp now,
                           const Outputs& outputs = hashed_output);
/// As its receiver keeps it; open at once where the message brings the content key.
store::ReceivedSignal row_of(const Region& receiver, const SignalMessage& message);
/// The two in one.
store::ReceivedSignal make_row(const Region& receiver, const SignalPlan& plan,
                               const Outputs& outputs = hashed_output);
/// Sealed and signed as `message.from` does.
Envelope enclose(const SignalMessage& message);

}  // namespace sluis::gateway::test
