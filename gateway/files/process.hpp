// What every program of ours that holds secrets does first.
#pragma once

namespace sluis::gateway {

/// No core file can hold this process's memory (RLIMIT_CORE 0, soft and hard), and no other process
/// of the same user can read or trace it (PR_SET_DUMPABLE 0). Children inherit the limit; exec
/// gives them back their own dumpability. Throws std::system_error when the system refuses.
void keep_memory_private();

}  // namespace sluis::gateway
