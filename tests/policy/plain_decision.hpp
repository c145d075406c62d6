// The semantics of policy/README.md once more, as plainly as they can be written: no index, no
// order, every rule looked at. For holding `decide` against.
#pragma once

#include "policy/decide.hpp"

namespace sluis::test {

/// Straight from the document, in the order of README.md's list.
[[nodiscard]] policy::Decision plain_decide(const policy::Document& document,
                                            const policy::Known& known,
                                            const policy::Question& question,
                                            const policy::Counters& counters);

}  // namespace sluis::test
