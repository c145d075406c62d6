// What the keeper knows of a ceremony beside the ceremony itself. For the sources of KeyKeeper
// alone.
#pragma once

#include <set>

#include "gateway/core/key_keeper.hpp"

namespace sluis::gateway {

struct KeyKeeper::Running {
  Running(const Executor& executor, std::shared_ptr<KeyMaking> of)
      : making(std::move(of)), bell(executor) {}
  std::shared_ptr<KeyMaking> making;
  Bell bell;  // something came in
  bool adopted = false;
  std::set<std::string> told;  // faults that are recorded, silences that are logged
};

}  // namespace sluis::gateway
