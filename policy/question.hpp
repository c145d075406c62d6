// A question as people write it: in a file of cases, for `sluis policy explain`, and to /v1/policy.
#pragma once

#include "config/json.hpp"
#include "config/object_reader.hpp"
#include "policy/decide.hpp"

namespace sluis::policy {

struct Asked {
  Question question;
  Counters counters;
};

/// {"direction":"send","partner":"zvh","theme":…}: README.md in this folder has the table. What is
/// left out stays empty, and `decide` denies what it needs; only forms are looked at here. Without
/// a "day" it is asked on `today`.
[[nodiscard]] Asked read_question(config::ObjectReader& in, config::Day today);

}  // namespace sluis::policy
