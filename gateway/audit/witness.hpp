// The witness that a gateway is for its partners' logs: c2sp.org/tlog-witness and cosignature/v1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/ids.hpp"
#include "config/result.hpp"
#include "config/time.hpp"
#include "crypto/sign.hpp"
#include "gateway/audit/note.hpp"
#include "gateway/store/store.hpp"

namespace sluis::gateway::audit {

/// The name under which an organisation's witness signs: `<oin>/witness`.
[[nodiscard]] Verifier witness_of(const config::Oin& oin, const crypto::Array<32>& witness_key);

/// A signature line over a checkpoint's body: `— <name> <base64 of key id, time, signature>`.
[[nodiscard]] std::string cosign(std::string_view body, const std::string& name,
                                 const crypto::SigningKey& key, config::Timestamp at);
/// When this witness cosigned the note; nothing without a good cosignature by it.
[[nodiscard]] std::optional<config::Timestamp> cosigned_at(const Note& note,
                                                           const Verifier& witness);

/// The body of add-checkpoint.
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;
  std::string checkpoint;  // the signed note
};
[[nodiscard]] std::string add_checkpoint_body(const AddCheckpoint& request);
[[nodiscard]] config::Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);
inline constexpr std::size_t add_checkpoint_bytes = 16'384;

/// As HTTP will have it.
struct WitnessAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
};

/// A partner's log, as the directory has it.
struct WitnessedLog {
  config::Oin oin;
  crypto::Array<32> log_key;
};

class Witness {
 public:
  Witness(crypto::SigningKey key, std::string name)
      : key_(std::move(key)), name_(std::move(name)) {}

  /// Inside one act of the store: looking at what was cosigned last and keeping the new checkpoint
  /// cannot come apart, and the answer leaves when the act is durable. 400, 403, 404, 409 and 422
  /// as the specification has them; they change nothing.
  [[nodiscard]] WitnessAnswer add_checkpoint(store::Transaction& tx, std::string_view body,
                                             const WitnessedLog& log, config::Timestamp now) const;
  /// The last checkpoint that was cosigned of the log whose origin has this SHA-256 (hex).
  [[nodiscard]] static std::optional<std::string> last(store::Transaction& tx,
                                                       std::string_view origin_hash);

 private:
  const crypto::SigningKey key_;
  const std::string name_;
};

/// SHA-256 of an origin, lower-case hex: how a witness is asked for its last checkpoint.
[[nodiscard]] std::string origin_hash(std::string_view origin);

}  // namespace sluis::gateway::audit
