// sluis keys seal | unseal | change-passphrase | rotate | drop | to-token
#include "gateway/cli/key_commands.hpp"

#include <algorithm>
#include <ostream>

#include "config/directory.hpp"
#include "crypto/encoding.hpp"
#include "gateway/cli/key_status_commands.hpp"
#include "gateway/cli/passphrase_prompt.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Result;
using config::Settings;
using nlohmann::ordered_json;

namespace {

struct KeyOptions {
  std::filesystem::path settings;
  PassphraseSource passphrase, fresh;
  std::string key;    // which kind, or which public half
  std::string token;  // a PKCS #11 URI
  bool weak = false, json = false;
};

/// Reads the settings and holds their key file against other writers.
struct Work {
  Settings settings;
  FileLock lock;

  static Result<Work> begin(const KeyOptions& options) {
    auto settings = Settings::read(options.settings);
    if (!settings) return settings.failure();
    if (!std::filesystem::exists(settings->keys))
      return error(Code::not_found, settings->keys.string() + ": there is no such key file");
    auto lock = FileLock::acquire(settings->keys);
    if (!lock) return lock.failure();
    return Work{std::move(*settings), std::move(*lock)};
  }
};

crypto::PassphraseCost cost_of(const KeyOptions& options) {
  return options.weak ? crypto::PassphraseCost::least() : crypto::PassphraseCost::moderate();
}

Outcome seal_with(KeyFile& file, const KeyOptions& options, const Work& work,
                  const PassphraseSource& source, Console& console) {
  const auto passphrase = source.get_new("New passphrase for " + work.settings.keys.string());
  if (!passphrase) return passphrase.failure();
  auto sealing = Sealing::fresh(passphrase->reveal(), cost_of(options));
  if (!sealing) return sealing.failure();
  file.seal(std::move(*sealing));
  if (auto written = file.replace(work.settings.keys); !written) return written.failure();
  console.out << work.settings.keys.string() << ": sealed\n";
  if (!work.settings.key_passphrase) {
    console.out << "next: tell sluisd where the passphrase is, with \"keyPassphrase\" in "
                << options.settings.string()
                << ",\nsuch as {\"credential\": \"sluis-keys\"}; without it sluisd does not start "
                   "again\n";
  }
  return Exit::fine;
}

Outcome seal(const KeyOptions& options, Console& console) {
  const auto work = Work::begin(options);
  if (!work) return work.failure();
  if (KeyFile::is_sealed_at(work->settings.keys))
    return error(Code::conflict, work->settings.keys.string() +
                                     ": is sealed already; `sluis keys change-passphrase` gives it "
                                     "another passphrase");
  auto file = KeyFile::read(work->settings.keys);
  if (!file) return file.failure();
  auto source = options.passphrase;
  const auto& named = work->settings.key_passphrase;
  if (!source.named() && named && named->file) source.file = *named->file;
  return seal_with(*file, options, *work, source, console);
}

Outcome unseal(const KeyOptions& options, Console& console) {
  const auto work = Work::begin(options);
  if (!work) return work.failure();
  auto file = open_key_file(work->settings, options.passphrase);
  if (!file) return file.failure();
  if (!file->is_sealed())
    return error(Code::conflict, work->settings.keys.string() + ": is not sealed");
  file->unseal();
  if (auto written = file->replace(work->settings.keys); !written) return written.failure();
  console.out << work->settings.keys.string()
              << ": not sealed any more; only its permissions protect it now\n";
  return Exit::fine;
}

Outcome change_passphrase(const KeyOptions& options, Console& console) {
  const auto work = Work::begin(options);
  if (!work) return work.failure();
  auto file = open_key_file(work->settings, options.passphrase);
  if (!file) return file.failure();
  if (!file->is_sealed())
    return error(Code::conflict,
                 work->settings.keys.string() + ": is not sealed; `sluis keys seal` seals it");
  return seal_with(*file, options, *work, options.fresh, console);
}

ordered_json public_parts(const GatewayKeys& keys, const std::string& kind) {
  if (kind == "sign") return {{"signKey", crypto::base64url(keys.sign.public_key())}};
  ordered_json list = ordered_json::array();
  for (const auto& key : keys.seal) list.push_back(crypto::base64url(key.public_key()));
  return {{"sealKeys", std::move(list)}};
}

Outcome rotate(const KeyOptions& options, Console& console) {
  const auto work = Work::begin(options);
  if (!work) return work.failure();
  auto file = open_key_file(work->settings, options.passphrase);
  if (!file) return file.failure();
  const auto tokens = Tokens::of(work->settings);
  if (!tokens) return tokens.failure();
  auto added = options.key != "sign"   ? file->add_seal_key()
               : options.token.empty() ? file->add_sign_key()
                                       : file->add_sign_key(options.token);
  if (!added)
    return error(added.failure().code,
                 work->settings.keys.string() + ": " + added.failure().detail);
  const auto keys = file->keys(*tokens ? &**tokens : nullptr);
  if (!keys) return keys.failure();
  if (auto written = file->replace(work->settings.keys); !written) return written.failure();
  const auto parts = public_parts(*keys, options.key);
  if (options.json) {
    print_json(console, parts);
    return Exit::fine;
  }
  console.out << "a new " << options.key << " key is in " << work->settings.keys.string()
              << "; sluisd takes it up by itself.\nNext: in the next directory, partner \""
              << work->settings.organisation.str() << "\" has\n";
  print_json(console, parts);
  console.out << (options.key == "sign"
                      ? "Until that is in force the key of now signs. Afterwards drop the former "
                        "one: sluis keys drop\n"
                      : "The first one is used from then on. Take the former ones out of the "
                        "directory after that,\nand drop them (sluis keys drop) once all that was "
                        "sealed to them has expired.\n");
  return Exit::fine;
}

/// What partners still use must stay.
Result<void> not_in_directory(const Settings& settings, const crypto::Array<32>& key) {
  constexpr std::size_t most_bytes = 8U << 20U;
  const auto text = read_text(settings.region.directory, most_bytes);
  if (!text) return text.failure();
  const auto directory = config::Directory::read(*text, settings.region.trust);
  if (!directory) return directory.failure();
  const auto* entry = directory->partner(settings.organisation);
  const bool named =
      entry != nullptr && (entry->sign_key == key ||
                           std::ranges::find(entry->seal_keys, key) != entry->seal_keys.end());
  if (!named) return {};
  return error(Code::conflict, "this key stands in " + settings.region.directory.string() +
                                   ": partners use it; take it out of the directory first");
}

Outcome drop(const KeyOptions& options, Console& console) {
  const auto key = crypto::array_from_base64url<32>(options.key);
  if (!key) throw CLI::ValidationError("KEY", "must be a public key, 43 characters");
  const auto work = Work::begin(options);
  if (!work) return work.failure();
  if (auto free = not_in_directory(work->settings, *key); !free) return free.failure();
  auto file = open_key_file(work->settings, options.passphrase);
  if (!file) return file.failure();
  const auto tokens = Tokens::of(work->settings);
  if (!tokens) return tokens.failure();
  if (auto dropped = file->drop(*key, *tokens ? &**tokens : nullptr); !dropped)
    return error(dropped.failure().code,
                 work->settings.keys.string() + ": " + dropped.failure().detail);
  if (auto written = file->replace(work->settings.keys); !written) return written.failure();
  console.out << options.key << ": dropped from " << work->settings.keys.string() << '\n';
  return Exit::fine;
}

Outcome to_token(const KeyOptions& options, Console& console) {
  const auto work = Work::begin(options);
  if (!work) return work.failure();
  auto file = open_key_file(work->settings, options.passphrase);
  if (!file) return file.failure();
  const auto tokens = Tokens::of(work->settings);
  if (!tokens) return tokens.failure();
  if (!*tokens)
    return error(Code::invalid, options.settings.string() +
                                    ": has no \"pkcs11\": name the module "
                                    "and where the PIN is");
  if (auto moved = file->move_to_token(options.key, options.token, **tokens); !moved)
    return error(moved.failure().code,
                 work->settings.keys.string() + ": " + moved.failure().detail);
  if (auto written = file->replace(work->settings.keys); !written) return written.failure();
  console.out << "the " << options.key << " key is in the token now, and not in "
              << work->settings.keys.string() << " any more\n";
  return Exit::fine;
}

using Run = Outcome (*)(const KeyOptions&, Console&);

std::shared_ptr<KeyOptions> add(CLI::App& family, Session& session, const std::string& name,
                                const std::string& description, Run run,
                                const std::string& more = {}) {
  auto options = std::make_shared<KeyOptions>();
  auto* command = add_command(family, name, description,
                              "sluis keys " + name + more + " --settings settings.json");
  command->add_option("--settings", options->settings, "this gateway's settings")->required();
  options->passphrase.add_options(*command, "", "its passphrase");
  command->callback([options, run, &session] { session.finish(run(*options, session.console)); });
  return options;
}

void add_weak(CLI::App& command, bool& weak) {
  command.add_flag("--weak-for-tests", weak, "a passphrase that is cheap to guess");
}

}  // namespace

void add_key_commands(CLI::App& program, Session& session) {
  auto* family =
      add_command(program, "keys", "this gateway's keys, and those of the region",
                  "sluis keys seal --settings settings.json --passphrase-file passphrase");
  family->require_subcommand(1);

  auto sealed = add(*family, session, "seal", "seal the key file with a passphrase", seal);
  add_weak(*family->get_subcommand("seal"), sealed->weak);
  add(*family, session, "unseal", "take the seal off: for development", unseal);

  auto changed = add(*family, session, "change-passphrase", "seal it with another passphrase",
                     change_passphrase);
  auto* change = family->get_subcommand("change-passphrase");
  changed->fresh.add_options(*change, "new-", "the new passphrase");
  add_weak(*change, changed->weak);

  auto rotated = add(*family, session, "rotate", "make a new key; says what the directory needs",
                     rotate, " sign");
  auto* turn = family->get_subcommand("rotate");
  turn->add_option("KIND", rotated->key, "sign or seal")
      ->required()
      ->check(CLI::IsMember({"sign", "seal"}));
  turn->add_option("--token", rotated->token, "a sign key that is in a token: its pkcs11: URI");
  turn->add_flag("--json", rotated->json, "the result as JSON");

  auto moved = add(*family, session, "to-token", "move a private key into a PKCS #11 token",
                   to_token, " log \"pkcs11:token=sluis;object=log\"");
  auto* move = family->get_subcommand("to-token");
  move->add_option("KIND", moved->key, "sign, log or witness")
      ->required()
      ->check(CLI::IsMember({"sign", "log", "witness"}));
  move->add_option("URI", moved->token, "the token and the object's name (RFC 7512)")->required();

  auto dropped =
      add(*family, session, "drop", "take a former key out of the key file", drop, " PUBLIC-KEY");
  family->get_subcommand("drop")
      ->add_option("KEY", dropped->key, "its public half, as the directory had it")
      ->required();
  add_backup_commands(*family, session);
  add_key_status_commands(*family, session);
}

}  // namespace sluis::gateway::cli
