#include "support.hpp"

#include <cstdlib>
#include <stdexcept>

#include "crypto/hash.hpp"

namespace sluis::gateway::store::test {

TempFolder::TempFolder() {
  std::string name = std::filesystem::temp_directory_path() / "sluis-test-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void PlainSequencer::sequence(Transaction& tx, const std::vector<std::string>& records) {
  ++calls;
  auto index = tx.log_size();
  for (const auto& record : records) {
    tx.put_entry(index++, record, crypto::sha256({crypto::as_view(record)}));
  }
  tx.put_log({0, "log", index, "size " + std::to_string(index)});
  if (refuse) throw std::runtime_error("the sequencer was told to refuse");
}

void Opened::reopen() {
  store_->stop();
  store_.reset();
  store_ = open_engine(folder_.path(), sequencer);
}

void wait_for(std::future<void>& done) {
  if (done.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
    throw std::runtime_error("the store did not answer in 30 s");
  }
  done.get();
}

std::future<void> hand_in(Store& store, Store::Work work) {
  auto promise = std::make_shared<std::promise<void>>();
  auto done = promise->get_future();
  store.write(std::move(work), [promise](std::exception_ptr failure) {
    failure ? promise->set_exception(failure) : promise->set_value();
  });
  return done;
}

void act(Store& store, Store::Work work) {
  auto done = hand_in(store, std::move(work));
  wait_for(done);
}

config::PartnerId partner(std::string_view id) {
  return config::PartnerId::parse(id).value();
}
config::DomainId domain(std::string_view id) {
  return config::DomainId::parse(id).value();
}
config::EpochId epoch(std::string_view id) {
  return config::EpochId::parse(id).value();
}

crypto::Array<32> bytes32(std::uint8_t value) {
  crypto::Array<32> bytes;
  bytes.fill(value);
  return bytes;
}

SentSignal sent_signal() {
  return {.id = config::SignalId::random(),
          .body_mac = bytes32(1),
          .owner = "epd",
          .answer = R"({"decisions":[]})",
          .accepted_at = at(10)};
}

OutboxRow outbox_row(const config::SignalId& signal, std::string_view to) {
  crypto::Array<64> signature;
  signature.fill(7);
  return {.id = config::EnvelopeId::random(),
          .signal = signal,
          .to = partner(to),
          .seal_key = bytes32(2),
          .sealed = crypto::Bytes(300, 0xab),
          .signature = signature,
          .queued_at = at(10),
          .expires_at = at(1000),
          .trace_id = "0af7651916cd43dd8448eb211c80319c"};
}

Link link(std::string_view kind, std::string_view epoch_id, std::uint8_t tag) {
  Wrapped wrapped{.k = 2, .nonce = {}, .box = {}};
  wrapped.nonce.fill(tag);
  wrapped.box.fill(0x55);
  return {.kind = std::string(kind),
          .epoch = epoch(epoch_id),
          .tag = bytes32(tag),
          .shares = {{2, bytes32(0x21), bytes32(0x22)}, {3, bytes32(0x31), bytes32(0x32)}},
          .wrapped = wrapped};
}

ReceivedSignal received_signal(std::string_view from, std::vector<Link> links) {
  ReceivedSignal signal{.row = 0,
                        .from = partner(from),
                        .id = config::SignalId::random(),
                        .envelope = config::EnvelopeId::random(),
                        .domain = domain(),
                        .theme = "zorg",
                        .purpose = "regie",
                        .legal_basis = "wvggz",
                        .trace_id = "0af7651916cd43dd8448eb211c80319c",
                        .created_at = at(9),
                        .received_at = at(11),
                        .expires_at = at(1000),
                        .keep_until = at(2000),
                        .reveal = 2,
                        .commitment = bytes32(3),
                        .content_nonce = {},
                        .content_box = crypto::Bytes(1040, 0xcd),
                        .opened_key = {},
                        .opened_at = std::nullopt,
                        .component = 0,
                        .links = std::move(links)};
  signal.content_nonce.fill(4);
  return signal;
}

}  // namespace sluis::gateway::store::test
