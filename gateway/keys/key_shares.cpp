// The file of this gateway's own shares; domain_keys.hpp declares it.
#include <algorithm>
#include <string>

#include "crypto/encoding.hpp"
#include "gateway/files/files.hpp"
#include "gateway/files/secret_scanner.hpp"
#include "gateway/keys/domain_keys.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

namespace {

constexpr std::size_t most_file_bytes = 256U << 10U;

std::optional<crypto::SecretScalar> read_share(SecretScanner& in) {
  const auto text = in.string();
  crypto::Scratch<32> bytes;
  if (!text || !crypto::base64url_into(*text, bytes.bytes)) return std::nullopt;
  return crypto::parse_secret_scalar(bytes.bytes);
}

bool read_slug(SecretScanner& in, std::string& into) {
  const auto text = in.string();
  if (!text || !into.empty() || !config::is_slug(*text)) return false;
  into = *text;
  return true;
}

/// One object of the list; nothing when a field is missing, double, unknown or malformed.
std::optional<KeyShares::Share> read_entry(SecretScanner& in) {
  std::string domain, epoch, use;
  std::optional<std::uint64_t> generation, number;
  std::optional<crypto::SecretScalar> share;
  const bool read = in.object([&](std::string_view name) {
    if (name == "domain") return read_slug(in, domain);
    if (name == "epoch") return read_slug(in, epoch);
    if (name == "use") return read_slug(in, use) && (use == "tag" || use == "lock");
    if (name == "generation" && !generation) return (generation = in.number()).has_value();
    if (name == "number" && !number) {
      number = in.number();
      return number && *number >= 1 && *number <= 255;
    }
    if (name == "share" && !share) {
      share = read_share(in);
      return share.has_value();
    }
    return false;
  });
  if (!read || domain.empty() || epoch.empty() || use.empty() || !generation || !number || !share) {
    return std::nullopt;
  }
  return KeyShares::Share{
      domain, epoch, use, *generation, static_cast<std::uint32_t>(*number), std::move(*share)};
}

bool read_shares(SecretScanner& in, std::vector<KeyShares::Share>& shares) {
  bool version = false, list = false;
  const bool read = in.object([&](std::string_view name) {
    if (name == "v") return version = in.number() == 1;
    if (name != "shares" || list) return false;
    list = true;
    return in.array([&] {
      auto entry = read_entry(in);
      if (entry) shares.push_back(std::move(*entry));
      return entry.has_value();
    });
  });
  return read && version && list && in.at_end();
}

}  // namespace

Result<KeyShares> KeyShares::read(const std::filesystem::path& path) {
  const auto text = read_private(path, most_file_bytes);
  if (!text && text.failure().code == Code::not_found) return KeyShares();
  if (!text) return text.failure();
  SecretScanner scanner(text->reveal());
  KeyShares held;
  if (!read_shares(scanner, held.shares_)) {
    return error(Code::invalid, path.string() + ": not a file of key shares: " + scanner.place());
  }
  return held;
}

Result<void> KeyShares::write(const std::filesystem::path& path, const std::vector<Share>& shares) {
  constexpr std::size_t most_entry_bytes = 512;
  std::string text;
  text.reserve(64 + shares.size() * most_entry_bytes);  // it never moves: one copy to wipe
  text += "{\n  \"v\": 1,\n  \"shares\": [";
  for (const auto& each : shares) {
    auto encoded = crypto::base64url(each.share.reveal());
    text += (&each == &shares.front() ? "\n    {\"domain\": \"" : ",\n    {\"domain\": \"");
    text += each.domain;
    text +=
        "\", \"epoch\": \"" + each.epoch + "\", \"use\": \"" + each.use + "\", \"generation\": ";
    text += std::to_string(each.generation) + ", \"number\": " + std::to_string(each.number);
    text += ", \"share\": \"";
    text += encoded;
    text += "\"}";
    crypto::wipe({reinterpret_cast<std::uint8_t*>(encoded.data()), encoded.size()});
  }
  text += "\n  ]\n}\n";
  auto written = write_new(path, crypto::as_view(text), private_mode);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return written;
}

const crypto::SecretScalar* KeyShares::find(const config::DomainId& domain,
                                            const config::EpochId& epoch, std::string_view use,
                                            std::uint64_t generation) const {
  const auto found = std::ranges::find_if(shares_, [&](const Share& each) {
    return each.domain == domain.str() && each.epoch == epoch.str() && each.use == use &&
           each.generation == generation;
  });
  return found == shares_.end() ? nullptr : &found->share;
}

Result<void> KeyShares::check(const DomainKeys& keys, const config::PartnerId& self) const {
  for (const auto& each : shares_) {
    const auto domain = config::DomainId::parse(each.domain);
    const auto epoch = config::EpochId::parse(each.epoch);
    const auto* set = domain && epoch ? keys.find(*domain, *epoch, each.use) : nullptr;
    if (set == nullptr || set->generation != each.generation) continue;
    const auto holder = std::ranges::find(set->holders, self, &KeySet::Holder::id);
    const auto mine = crypto::Element::base_mul(each.share.reveal());
    if (holder == set->holders.end() || holder->number != each.number || !mine ||
        *mine != holder->public_key) {
      return error(Code::invalid, "domain \"" + each.domain + "\", epoch \"" + each.epoch +
                                      "\", use \"" + each.use +
                                      "\": our share is not the one that the holders signed for; "
                                      "restore the file of shares from a backup");
    }
  }
  return {};
}

}  // namespace sluis::gateway
