// What a running gateway reads again when it changes: directory, keys, certificate and policy.
#include <spdlog/spdlog.h>

#include "crypto/encoding.hpp"
#include "gateway/app_parts.hpp"
#include "gateway/files/files.hpp"
#include "gateway/keys/passphrase.hpp"

namespace sluis::gateway {

using config::Result;
using config::Settings;
using std::chrono::milliseconds;
using std::chrono::seconds;

Result<TlsSides> TlsSides::of(const Settings& settings) {
  const auto& tls = settings.tls;
  TlsSides sides{{tls.certificate, tls.key, std::nullopt},
                 {tls.certificate, tls.key, tls.peer_authorities},
                 {tls.peer_authorities, tls.certificate, tls.key}};
  if (tls.key_in_token.empty()) {
    if (auto alone = check_private(tls.key); !alone) return alone.failure();
    return sides;
  }
  auto pin = passphrase_from(settings.pkcs11->pin);
  if (!pin) return pin.failure();
  const net::KeyInToken held{tls.key_in_token, settings.pkcs11->module,
                             std::make_shared<const crypto::SecretBytes>(std::move(*pin))};
  sides.api.in_token = sides.peer.in_token = sides.client.in_token = held;
  return sides;
}

std::string tls_version(const Settings& settings) {
  return files_version({settings.tls.certificate, settings.tls.key, settings.tls.peer_authorities});
}
std::string key_version(const Settings& settings) {
  const bool in_file = settings.key_passphrase && settings.key_passphrase->file;
  return files_version({settings.keys, in_file ? *settings.key_passphrase->file : settings.keys});
}

/// A certificate and its key are two files: between the one and the other they do not fit, and
/// what is in force stays so.
void App::Parts::look_at_certificates() {
  auto now = tls_version(settings);
  if (now == seen.tls) return;
  seen.tls = std::move(now);
  const auto sides = TlsSides::of(settings);
  auto loaded = sides ? api_tls.reload(sides->api) : Result<void>(sides.failure());
  if (loaded) loaded = peer_tls.reload(sides->peer);
  if (loaded) loaded = client_tls.reload(sides->client);
  if (!loaded) {
    spdlog::error("the certificate that changed is not taken, the last good one stays in force: {}",
                  loaded.failure().detail);
    return;
  }
  spdlog::info("in force now: certificate until {}",
               config::format_time(std::chrono::floor<milliseconds>(peer_tls.expires())));
}

/// True when there are other keys in the file now, and a running gateway can go on with them.
Task<bool> App::Parts::look_at_keys() {
  auto now = key_version(settings);
  if (now == seen.keys) co_return false;
  seen.keys = std::move(now);
  auto reading = [this] { return GatewayKeys::read(settings); };
  auto fresh = co_await curve->run(std::move(reading));  // a passphrase takes its time
  if (!fresh) {
    spdlog::error("the key file that changed is not taken, the last good one stays in force: {}",
                  fresh.failure().detail);
    co_return false;
  }
  if (!fresh->same_root(*keys_in_file)) {
    spdlog::error(
        "{}: not taken: only sign and seal keys may change while the gateway runs; put the last "
        "good file back (gateway/keys/README.md)",
        settings.keys.string());
    co_return false;
  }
  keys_in_file = std::make_shared<const GatewayKeys>(std::move(*fresh));
  co_return true;
}

/// True when another standing is in force.
Task<bool> App::Parts::look_at_files() {
  look_at_certificates();
  const bool other_keys = co_await look_at_keys();
  auto now = standing_version(settings);
  if (now == seen.standing && !other_keys) co_return false;
  const auto before = region.standing();
  auto fresh = read_standing(settings, *keys_in_file, region.now(), before->policy.get());
  if (!fresh) {
    seen.standing = std::move(now);
    spdlog::error("what changed is not taken, the last good one stays in force: {}",
                  fresh.failure().detail);
    co_return false;
  }
  seen.standing.clear();  // what cannot be recorded is looked at again
  auto records = tell_policy(settings, *recorder, fresh->policy);
  if (!records.empty()) co_await recorder->append_alone(std::move(records));
  seen.standing = std::move(now);
  if (const auto kept = keep_policy(settings, fresh->policy); !kept) {
    spdlog::error("what changed is not taken, the last good one stays in force: {}",
                  kept.failure().detail);
    co_return false;
  }
  put_in_force(std::move(fresh->standing));
  co_return true;
}

void App::Parts::put_in_force(Standing fresh) {
  for (const auto& partner : fresh.directory->partners())
    if (!partner.active) peer_tls.drop_sessions(partner.oin.str());
  // The keys of the region are the keeper's: what it has put in force stays.
  fresh.domain_keys = region.standing()->domain_keys;
  fresh.shares = region.standing()->shares;
  region.replace(std::move(fresh), keys_in_file);
  const auto standing = region.standing();
  spdlog::info(
      "in force now: directory version {}, policy version {}, {}, signKey {}, newest sealKey {}",
      standing->directory->version(), standing->policy->document().version, standing->policy_hash,
      crypto::base64url(region.sign_key().public_key()),
      crypto::base64url(keys_in_file->seal.front().public_key()));
  key_keeper->look_again();
  courier->standing_changed();
}

Task<void> App::Parts::watch_files() {
  bool look_again = true;  // also at the start: the directory may have changed since the last stop
  while (!stopping) {
    co_await file_bell->wait_until(std::chrono::steady_clock::now() + seconds(1));
    try {
      const bool changed = co_await look_at_files();
      look_again = look_again || changed;
      if (look_again) co_await reopening->look();
      look_again = false;
      tally->flush(false);
      co_await anomalies->look_at_clock(std::chrono::steady_clock::now());
    } catch (const std::exception& fault) {
      spdlog::error("reading what changed: {}", fault.what());
    }
  }
  files_watched->arrive();
}

}  // namespace sluis::gateway
