#include "gateway/audit/restore.hpp"

#include <future>
#include <memory>
#include <optional>

#include "gateway/store/sqlite.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Result;

template <class HandIn>
Result<void> wait_for(HandIn hand_in) {
  const auto done = std::make_shared<std::promise<void>>();
  hand_in([done](const std::exception_ptr& failure) {
    failure ? done->set_exception(failure) : done->set_value();
  });
  try {
    done->get_future().get();
  } catch (const std::exception& fault) {
    return error(Code::unavailable, std::string("audit log: ") + fault.what());
  }
  return {};
}

}  // namespace

Result<std::string> restore_log(const std::filesystem::path& database, Journal& journal,
                                Record record, bool witness_has_more) {
  auto opened = store::open_sqlite(database, journal);
  if (!opened) return opened.failure();
  auto& store = **opened;
  std::optional<Result<std::string>> lost;
  const auto looked = wait_for([&](store::Store::Done done) {
    store.read([&](store::Transaction& tx) { lost = journal.load_restored(tx, witness_has_more); },
               std::move(done));
  });
  Result<void> written{};
  if (looked && *lost) {
    record.object = {"checkpoint", **lost};
    written = wait_for([&](store::Store::Done done) {
      store.write([&](store::Transaction& tx) { tx.append(canonical(record)); }, std::move(done));
    });
  }
  store.stop();
  if (!looked) return looked.failure();
  if (!*lost) return lost->failure();
  if (!written) return written.failure();
  if (!journal.guarded()) {
    return error(Code::unavailable, "audit log: the guard could not be written: run this again");
  }
  return std::move(**lost);
}

}  // namespace sluis::gateway::audit
