// Somebody who has all that a recipient has, and tries to read what is locked: its whole folder
// (keys, database, log), the region's public files, and envelopes as they came over the wire. Or a
// thief of the database alone: then the folder has no keys.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/content.hpp"
#include "gateway/core/envelope.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "gateway/store/store.hpp"

namespace sluis::test {

class Attack {
 public:
  /// `region` is the region's folder, for what everybody has; `recipient` a copy of the
  /// recipient's, whose id is `id`.
  Attack(const std::filesystem::path& region, const std::filesystem::path& recipient,
         std::string id = "zvh");
  ~Attack();

  /// Something else to try, that somebody else gave.
  void add_key(crypto::View bytes);
  /// All that another has: every key in its files is tried.
  void add_folder(const std::filesystem::path& folder) { gather(folder); }
  /// Opens an envelope with the recipient's own seal key and keeps what is in it.
  void add_envelope(const gateway::Envelope& envelope);

  /// The content's JSON text, where the database has its key under the recipient's store key.
  [[nodiscard]] std::optional<std::string> open_stored(const config::SignalId& signal) const;
  /// The same by trying every 32 bytes that are anywhere to be had, and all that shares can give,
  /// as the content's key and as the key that wraps that.
  [[nodiscard]] std::optional<std::string> open_with_keys(const config::SignalId& signal);

  /// What the database has, with its links.
  [[nodiscard]] const std::vector<gateway::store::ReceivedSignal>& signals() const {
    return signals_;
  }
  /// How many different keys were tried.
  [[nodiscard]] std::size_t keys() const noexcept { return keys_.size(); }

 private:
  void read_signals(const std::filesystem::path& database);
  void gather(const std::filesystem::path& folder);
  void gather_text(std::string_view text);
  void interpolate();
  [[nodiscard]] const gateway::store::ReceivedSignal& find(const config::SignalId& signal) const;
  [[nodiscard]] std::optional<std::string> try_key(const gateway::store::ReceivedSignal& signal,
                                                   const crypto::SealedContent& sealed,
                                                   const crypto::Array<32>& key) const;

  std::string id_;
  gateway::GatewayKeys own_;
  std::vector<gateway::store::ReceivedSignal> signals_;  // with their links
  std::vector<crypto::Array<32>> keys_;
};

}  // namespace sluis::test
