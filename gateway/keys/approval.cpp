#include "gateway/keys/approval.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Json;
using config::ObjectReader;
using config::Result;

namespace {

constexpr std::size_t most_file_bytes = 65'536;
constexpr std::size_t most_approvals = 50;

Json unsigned_json(const Approval& approval) {
  return {{"partner", approval.partner},
          {"version", approval.version},
          {"directory", crypto::base64url(approval.directory)},
          {"at", config::format_time(approval.at)}};
}

crypto::Bytes signed_bytes(const Approval& approval) {
  const auto canonical = config::jcs(unsigned_json(approval));
  if (!canonical) throw std::logic_error("Approval: without a canonical form");
  return crypto::concat({crypto::as_view("sluis/keys/approval/v1"),
                         crypto::as_view(crypto::zero_byte), crypto::as_view(*canonical)});
}

Result<std::vector<Approval>> read_approvals(const std::filesystem::path& file) {
  std::vector<Approval> approvals;
  const auto text = read_text(file, most_file_bytes);
  if (!text && text.failure().code == config::Code::not_found) return approvals;
  if (!text) return text.failure();
  const auto document = config::parse_json(*text);
  if (!document)
    return config::error(document.failure().code, file.string() + ": " + document.failure().detail);
  std::vector<config::Error> errors;
  ObjectReader::read(*document, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    in.objects("approvals", {0, most_approvals}, [&](ObjectReader& each) {
      Approval approval;
      approval.partner = each.text("partner", {1, 40});
      approval.version = each.integer("version", {1});
      const auto hash = each.parsed("directory", config::parse_bytes<32>);
      const auto at = each.parsed("at", config::parse_time);
      const auto signature = each.parsed("signature", config::parse_bytes<64>);
      if (!hash || !at || !signature) return;
      approval.directory = *hash;
      approval.at = *at;
      approval.signature = *signature;
      approvals.push_back(std::move(approval));
    });
  });
  if (!errors.empty()) return config::join_errors(file.string(), *text, errors);
  return approvals;
}

}  // namespace

Approval Approval::make(const config::Directory& directory, const config::PartnerId& partner,
                        config::Timestamp at, const crypto::SigningKey& key) {
  // To the second, as it is written and signed.
  at = config::Timestamp(std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()));
  Approval approval{partner.str(), directory.version(), directory.hash(), at, {}};
  approval.signature = key.sign(signed_bytes(approval));
  return approval;
}

bool Approval::covers(const config::Directory& directory_now, const config::PartnerId& who) const {
  const auto* entry = directory_now.partner(who);
  return entry != nullptr && partner == who.str() && version == directory_now.version() &&
         directory == directory_now.hash() &&
         crypto::verify(entry->sign_key, signed_bytes(*this), signature);
}

Result<void> add_approval(const std::filesystem::path& file, const Approval& approval) {
  auto approvals = read_approvals(file);
  if (!approvals) return approvals.failure();
  approvals->push_back(approval);
  if (approvals->size() > most_approvals) approvals->erase(approvals->begin());
  Json document{{"v", 1}, {"approvals", Json::array()}};
  for (const auto& each : *approvals) {
    auto item = unsigned_json(each);
    item["signature"] = crypto::base64url(each.signature);
    document["approvals"].push_back(std::move(item));
  }
  const auto text = document.dump(2) + "\n";
  return replace(file, crypto::as_view(text), private_mode);
}

Result<bool> is_approved(const std::filesystem::path& file, const config::Directory& directory,
                         const config::PartnerId& partner) {
  const auto approvals = read_approvals(file);
  if (!approvals) return approvals.failure();
  return std::any_of(approvals->begin(), approvals->end(),
                     [&](const Approval& each) { return each.covers(directory, partner); });
}

}  // namespace sluis::gateway
