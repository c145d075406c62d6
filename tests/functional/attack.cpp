#include "tests/functional/attack.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <stdexcept>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "gateway/core/opening.hpp"
#include "gateway/store/sqlite.hpp"
#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

namespace store = gateway::store;

namespace {

constexpr std::size_t key_bytes = 32;

/// The log is not this attack's business.
struct NoSequencer final : store::Sequencer {
  void sequence(store::Transaction&, const std::vector<std::string>&) override {}
  void committed() noexcept override {}
  void undone() noexcept override {}
};

/// x of the senders of a demo region.
crypto::Scalar x_of(const config::PartnerId& partner) {
  static const std::map<std::string, std::string> oins{{"veilig-thuis", "00000099000000001000"},
                                                       {"ggz", "00000099000000002000"},
                                                       {"politie", "00000099000000003000"},
                                                       {"gemeente", "00000099000000004000"},
                                                       {"ggd", "00000099000000005000"}};
  return crypto::x_of(oins.at(partner.str()));
}

/// Every non-empty choice of places below `count`, which must be small.
std::vector<std::vector<std::size_t>> choices(std::size_t count) {
  if (count > 10) throw std::invalid_argument("too many shares to try every choice");
  std::vector<std::vector<std::size_t>> all;
  for (unsigned bits = 1; bits < (1U << count); ++bits) {
    auto& choice = all.emplace_back();
    for (std::size_t i = 0; i < count; ++i)
      if ((bits >> i & 1U) != 0) choice.push_back(i);
  }
  return all;
}

/// The value at 0 of the polynomial through these points (Lagrange).
std::optional<crypto::Scalar> at_zero(const std::vector<crypto::Point>& points) {
  auto sum = crypto::Scalar::from_u64(0);
  for (const auto& one : points) {
    auto term = one.y;
    for (const auto& other : points) {
      if (other.x == one.x) continue;
      const auto inverse = crypto::invert(crypto::sub(other.x, one.x));
      if (!inverse) return std::nullopt;
      term = crypto::mul(term, crypto::mul(other.x, *inverse));
    }
    sum = crypto::add(sum, term);
  }
  return sum;
}

/// Those of the file; where there is none, keys that open nothing.
gateway::GatewayKeys keys_in(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return gateway::GatewayKeys::generate();
  return gateway::GatewayKeys::read(file).value();
}

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

Attack::Attack(const std::filesystem::path& region, const std::filesystem::path& recipient,
               std::string id)
    : id_(std::move(id)), own_(keys_in(recipient / "keys" / "gateway.json")) {
  gather(recipient);
  gather_text(contents(region / "directory.json"));
  add_key(own_.store_key.reveal());
  add_key(own_.body_key.reveal());
  add_key(own_.reference_key.reveal());
  read_signals(recipient / "data" / "sluis.db");
  interpolate();
}

Attack::~Attack() = default;

void Attack::add_key(crypto::View bytes) {
  crypto::Array<key_bytes> key;
  std::ranges::copy(bytes.first(key_bytes), key.begin());
  keys_.push_back(key);
}

/// Every 32 bytes in a row in every file, and every text in base64url of 32 bytes.
void Attack::gather(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto text = contents(entry.path());
    gather_text(text);
    if (entry.path().extension() != ".db" && !entry.path().string().ends_with("-wal")) continue;
    const auto bytes = crypto::as_view(text);
    for (std::size_t at = 0; at + key_bytes <= bytes.size(); ++at) {
      const auto window = bytes.subspan(at, key_bytes);
      // A key is no run of zeroes: what a database leaves empty is most of it.
      if (std::ranges::count(window, 0) < 8) add_key(window);
    }
  }
}

void Attack::gather_text(std::string_view text) {
  constexpr std::size_t length = 43;
  for (std::size_t at = 0; at + length <= text.size(); ++at) {
    const auto part = text.substr(at, length);
    if ((at > 0 && is_base64url(text[at - 1])) || !std::ranges::all_of(part, is_base64url))
      continue;
    if (const auto bytes = crypto::array_from_base64url<key_bytes>(part)) add_key(*bytes);
  }
}

void Attack::read_signals(const std::filesystem::path& database) {
  NoSequencer nobody;
  const auto store = store::open_sqlite(database, nobody).value();
  std::promise<void> done;
  store->read(
      [this](store::Transaction& tx) {
        for (std::int64_t row = 1; auto signal = tx.received_signal(row); ++row) {
          signal->links = tx.links_of(row);
          signals_.push_back(std::move(*signal));
        }
      },
      [&](const std::exception_ptr& failure) {
        failure ? done.set_exception(failure) : done.set_value();
      });
  done.get_future().get();
  store->stop();
}

/// What every choice of shares gives at 0, taken as a polynomial of every degree: c_0, and K as it
/// follows from it for every k.
void Attack::interpolate() {
  std::map<std::pair<std::string, unsigned>, std::map<config::PartnerId, crypto::Scalar>> shares;
  for (const auto& signal : signals_)
    for (const auto& link : signal.links)
      for (const auto& share : link.shares)
        if (const auto y = crypto::Scalar::parse(share.y))
          shares[{link.kind + crypto::hex(link.tag), share.k}].emplace(signal.from, *y);
  for (const auto& [group, by_partner] : shares) {
    std::vector<crypto::Point> points;
    for (const auto& [partner, y] : by_partner) points.push_back({x_of(partner), y});
    for (const auto& choice : choices(points.size())) {
      std::vector<crypto::Point> chosen;
      for (const auto place : choice) chosen.push_back(points[place]);
      const auto c_0 = at_zero(chosen);
      if (!c_0) continue;
      add_key(c_0->bytes);
      for (const std::uint8_t k : {std::uint8_t{2}, std::uint8_t{3}})
        add_key(crypto::sha512_32({crypto::as_view("sluis/lock/key/v1"),
                                   crypto::as_view(crypto::zero_byte), crypto::View(&k, 1),
                                   c_0->bytes}));
    }
  }
}

void Attack::add_envelope(const gateway::Envelope& envelope) {
  for (const auto& key : own_.seal)
    if (const auto inner = key.open(envelope.sealed)) {
      gather_text(crypto::as_text(*inner));
      return;
    }
  throw std::runtime_error("the recipient cannot open its own envelope");
}

std::optional<std::string> Attack::try_key(const store::ReceivedSignal& signal,
                                           const crypto::SealedContent& sealed,
                                           const crypto::Array<32>& key) const {
  const crypto::ContentPlace place{signal.from.str(), id_, signal.id.str()};
  const auto as_text = [](const std::optional<crypto::Bytes>& bytes) -> std::optional<std::string> {
    if (!bytes) return std::nullopt;
    return std::string(crypto::as_text(*bytes));
  };
  if (auto text = as_text(crypto::open_content(*crypto::ContentKey::copy_of(key), sealed, place)))
    return text;
  for (const auto& link : signal.links) {
    if (!link.wrapped) continue;
    const crypto::WrapPlace wrap{place, signal.domain.str(), link.epoch.str(), link.kind,
                                 link.wrapped->k};
    const auto content_key = crypto::unwrap(*crypto::WrapKey::copy_of(key),
                                            {link.wrapped->nonce, link.wrapped->box}, wrap);
    if (!content_key) continue;
    if (auto text = as_text(crypto::open_content(*content_key, sealed, place))) return text;
  }
  return std::nullopt;
}

const store::ReceivedSignal& Attack::find(const config::SignalId& id) const {
  const auto signal = std::ranges::find(signals_, id, &store::ReceivedSignal::id);
  if (signal == signals_.end()) throw std::runtime_error("the recipient does not have this signal");
  return *signal;
}

std::optional<std::string> Attack::open_stored(const config::SignalId& id) const {
  const auto self = config::PartnerId::parse(id_).value();
  const auto content = gateway::open_content(own_, self, find(id));
  if (!content) return std::nullopt;
  return content->dump();
}

std::optional<std::string> Attack::open_with_keys(const config::SignalId& id) {
  std::ranges::sort(keys_);
  const auto twice = std::ranges::unique(keys_);
  keys_.erase(twice.begin(), twice.end());
  const auto& signal = find(id);
  const auto box = gateway::open_content_box(own_, signal);
  const crypto::SealedContent sealed{signal.content_nonce, box ? *box : signal.content_box};
  for (const auto& key : keys_)
    if (auto text = try_key(signal, sealed, key)) return text;
  return std::nullopt;
}

}  // namespace sluis::test
