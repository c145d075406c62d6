#include "gateway/cli/region_create.hpp"

#include <ostream>

#include "config/directory.hpp"
#include "gateway/cli/authority_key.hpp"
#include "gateway/cli/policy_key.hpp"
#include "gateway/cli/region_certificates.hpp"
#include "gateway/cli/region_documents.hpp"
#include "gateway/core/tokens.hpp"
#include "gateway/files/files.hpp"
#include "gateway/keys/gateway_keys.hpp"
#include "policy/signing.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;

namespace {

namespace fs = std::filesystem;
constexpr unsigned authorities = 2;
/// Stands in a folder that is being built, and nowhere else.
constexpr auto building_mark = ".sluis-region-unfinished";

Result<void> make_folder(const fs::path& path, fs::perms mode) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (!failed) fs::permissions(path, mode, failed);
  if (failed) {
    return error(Code::unavailable, path.string() + ": cannot be made: " + failed.message());
  }
  return {};
}

Result<void> write_text(const fs::path& path, const std::string& text, unsigned mode) {
  return write_new(path, crypto::as_view(text), mode);
}

/// The folder may be there when it is empty: `mkdir demo && sluis region create demo`.
Result<void> check_free(const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(folder, failed)) return {};
  if (fs::is_directory(folder, failed) && fs::is_empty(folder, failed) && !failed) return {};
  return error(Code::conflict, folder.string() +
                                   ": is there already; name another folder, or stop that region "
                                   "and remove it first");
}

/// Removes what an interrupted run left; anything else under that name is not ours to remove.
Result<void> clear_partial(const fs::path& partial) {
  std::error_code failed;
  if (!fs::exists(partial, failed)) return {};
  if (!fs::exists(partial / building_mark, failed) && !fs::is_empty(partial, failed)) {
    return error(Code::conflict, partial.string() +
                                     ": is in the way, and sluis did not make it; move it away "
                                     "first");
  }
  fs::remove_all(partial, failed);
  if (failed) {
    return error(Code::unavailable, partial.string() + ": cannot be removed: " + failed.message());
  }
  return {};
}

/// Everything that is made on the way, so that later files can name what earlier ones hold.
class Builder {
 public:
  Builder(const RegionPlan& plan, fs::path root, const config::Clock& clock)
      : plan_(plan), layout_{std::move(root)}, clock_(clock) {}

  Result<void> build() {
    for (const auto step :
         {&Builder::folders, &Builder::keys, &Builder::authority_keys, &Builder::directory,
          &Builder::certificates, &Builder::documents, &Builder::tokens}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    const Manifest manifest{plan_.name, plan_.base_port, plan_.reveal};
    return write_text(layout_.manifest(), manifest.text(), public_mode);
  }

 private:
  Result<void> folders() {
    constexpr auto open = static_cast<fs::perms>(0755);
    for (const auto* name : {"ca", "authority", "policy-keys", "clients"}) {
      if (auto made = make_folder(layout_.root / name, fs::perms::owner_all); !made) return made;
    }
    for (const auto& partner : demo_partners) {
      const auto folder = layout_.partner(partner.id);
      if (auto made = make_folder(folder, open); !made) return made;
      for (const auto* name : {"keys", "tls", "data"}) {
        if (auto made = make_folder(folder / name, fs::perms::owner_all); !made) return made;
      }
    }
    return {};
  }

  Result<void> keys() {
    for (const auto& partner : demo_partners) {
      auto keys = GatewayKeys::create(layout_.partner(partner.id) / "keys" / "gateway.json");
      if (!keys) return keys.failure();
      keys_.push_back(std::move(*keys));
    }
    return {};
  }

  Result<void> authority_keys() {
    for (unsigned i = 1; i <= authorities; ++i) {
      auto key = create_authority_key(layout_.authority_key(i));
      if (!key) return key.failure();
      authority_keys_.push_back(std::move(*key));
    }
    return {};
  }

  std::vector<crypto::Array<32>> authority_public_keys() const {
    std::vector<crypto::Array<32>> keys;
    for (const auto& key : authority_keys_) keys.push_back(key.public_key());
    return keys;
  }

  /// Signed, and read back as every gateway will read it.
  Result<void> directory() {
    std::vector<PublicKeys> public_keys;
    for (const auto& keys : keys_) {
      public_keys.push_back({keys.sign.public_key(), keys.seal.front().public_key(),
                             keys.log.public_key(), keys.witness.public_key()});
    }
    auto document = directory_document(plan_, public_keys);
    for (const auto& key : authority_keys_) {
      auto signed_one = config::sign_directory(std::move(document), key);
      if (!signed_one) return signed_one.failure();
      document = std::move(*signed_one);
    }
    const auto text = document.dump(2) + "\n";
    const auto read =
        config::Directory::read(text, {plan_.name, authority_public_keys(), authorities});
    if (!read) return read.failure();
    return write_text(layout_.directory(), text, public_mode);
  }

  Result<void> certificates() {
    std::vector<CertificateFiles> files;
    for (const auto& partner : demo_partners) {
      const auto folder = layout_.partner(partner.id) / "tls";
      files.push_back({std::string(partner.oin), std::string(partner.name), folder / "gateway.crt",
                       folder / "gateway.key"});
    }
    return issue_certificates(plan_, layout_.ca_certificate(), layout_.ca_key(), files);
  }

  Result<void> documents() {
    for (std::size_t i = 0; i < demo_partners.size(); ++i) {
      const auto folder = layout_.partner(demo_partners[i].id);
      const auto key = create_policy_key(policy_key_file(layout_, demo_partners[i].id));
      if (!key) return key.failure();
      const auto policy = policy::sign_policy(policy_text(plan_, demo_partners[i]), *key);
      if (!policy) return policy.failure();
      auto done = write_text(folder / "policy.json", *policy, public_mode);
      if (done) {
        done = write_text(folder / "settings.json",
                          settings_text(plan_, i, authority_public_keys(), key->public_key()),
                          public_mode);
      }
      if (!done) return done;
    }
    return {};
  }

  Result<void> token(std::string_view partner, const std::string& client, const char* role) {
    const config::Duration validity{0, plan_.valid_days, 0};
    const auto made = create_token(layout_.partner(partner) / "tokens.json", "demo-" + client, role,
                                   validity, clock_);
    if (!made) return made.failure();
    return write_text(layout_.token(client), *made + "\n", private_mode);
  }

  Result<void> tokens() {
    for (const auto& partner : demo_partners) {
      const auto client = std::string(partner.id);
      auto done = token(partner.id, client, partner.matches ? "procesregisseur" : "sender");
      if (done) done = token(partner.id, client + "-privacy-officer", "privacy-officer");
      if (!done) return done;
    }
    return {};
  }

  const RegionPlan& plan_;
  const RegionLayout layout_;
  const config::Clock& clock_;
  std::vector<GatewayKeys> keys_;
  std::vector<crypto::SigningKey> authority_keys_;
};

Result<void> build_and_rename(const RegionPlan& plan, const fs::path& folder,
                              const config::Clock& clock) {
  auto partial = folder;
  partial += ".partial";
  if (auto cleared = clear_partial(partial); !cleared) return cleared;
  if (auto made = make_folder(partial, static_cast<fs::perms>(0755)); !made) return made;
  if (auto marked = write_text(partial / building_mark, "", public_mode); !marked) return marked;
  if (auto built = Builder(plan, partial, clock).build(); !built) return built;
  std::error_code failed;
  fs::remove(partial / building_mark, failed);
  fs::rename(partial, folder, failed);
  if (failed) {
    return error(Code::conflict, folder.string() + ": " + failed.message() +
                                     "; what was made is in " + partial.string());
  }
  return sync_folder(folder.parent_path());
}

void report(const RegionPlan& plan, const fs::path& folder, bool json, Console& console) {
  if (json) {
    print_json(console, {{"region", plan.name},
                         {"folder", folder.string()},
                         {"basePort", plan.base_port},
                         {"reveal", plan.reveal},
                         {"validUntil", config::format_time(plan.valid_until())}});
    return;
  }
  console.out << "region " << plan.name << " in " << folder.string() << ", until "
              << config::format_day(std::chrono::floor<std::chrono::days>(plan.valid_until()))
              << "; content opens after " << plan.reveal << " partners\n\n";
  Table table({"PARTNER", "SYSTEMS TALK TO", "IN THE REGION"});
  for (std::size_t i = 0; i < demo_partners.size(); ++i) {
    const auto& partner = demo_partners[i];
    table.add({std::string(partner.id),
               "https://127.0.0.1:" + std::to_string(ports_of(plan.base_port, i).api),
               partner.matches ? "receives and matches"
               : partner.holds ? "sends; will hold a share of the keys"
                               : "sends"});
  }
  table.print(console.out);
  console.out << "\nnext: sluis region start " << shell_word(folder.string()) << '\n';
}

}  // namespace

Outcome create_region(CreateOptions options, const config::Clock& clock, Console& console) {
  auto folder = fs::absolute(options.folder).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (!config::is_slug(options.plan.name)) {
    return error(Code::invalid, "the region's name must be 1 to 40 of a-z, 0-9 and -");
  }
  if (auto free = check_free(folder); !free) return free.failure();
  if (options.base_port) {
    options.plan.base_port = *options.base_port;
  } else {
    const auto found = find_base_port();
    if (!found) return found.failure();
    options.plan.base_port = *found;
  }
  options.plan.now = clock.now();
  if (auto built = build_and_rename(options.plan, folder, clock); !built) return built.failure();
  report(options.plan, folder, options.json, console);
  return Exit::fine;
}

}  // namespace sluis::gateway::cli
