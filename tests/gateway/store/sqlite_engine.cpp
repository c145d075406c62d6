// The contract's tests, on SQLite.
#include "gateway/store/sqlite.hpp"
#include "support.hpp"

namespace sluis::gateway::store::test {

std::unique_ptr<Store> open_engine(const std::filesystem::path& folder, Sequencer& sequencer) {
  return open_sqlite(folder / "store.db", sequencer).value();
}

}  // namespace sluis::gateway::store::test
