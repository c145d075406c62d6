// sluis keys backup | restore
#include <ostream>

#include "config/time.hpp"
#include "gateway/cli/key_commands.hpp"
#include "gateway/cli/passphrase_prompt.hpp"
#include "gateway/files/files.hpp"
#include "gateway/keys/backup.hpp"

namespace sluis::gateway::cli {

namespace {

struct BackupOptions {
  std::filesystem::path file, settings, folder;
  PassphraseSource passphrase;
  bool weak = false, json = false;
};

Outcome backup(const BackupOptions& options, Console& console) {
  const auto collected = Backup::collect(options.settings, config::SystemClock().now());
  if (!collected) return collected.failure();
  const auto passphrase = options.passphrase.get_new("New passphrase for the backup");
  if (!passphrase) return passphrase.failure();
  const auto cost =
      options.weak ? crypto::PassphraseCost::least() : crypto::PassphraseCost::moderate();
  const auto sealing = Sealing::fresh(passphrase->reveal(), cost);
  if (!sealing) return sealing.failure();
  if (auto written = collected->write(options.file, *sealing); !written) return written.failure();
  // What cannot be read back is no backup.
  const auto again = Backup::read(options.file, passphrase->reveal());
  if (!again) return again.failure();
  if (options.json) {
    print_json(console, {{"organisation", again->organisation().str()},
                         {"files", again->count()},
                         {"madeAt", config::format_time(again->made_at())}});
  } else {
    console.out << options.file.string() << ": " << again->count() << " files of "
                << again->organisation().str()
                << "\nkeep it away from this machine, and its passphrase away from both; make a "
                   "new one\nafter every change of keys\n";
  }
  return Exit::fine;
}

Outcome restore(const BackupOptions& options, Console& console) {
  const auto passphrase = options.passphrase.get("Passphrase of " + options.file.string());
  if (!passphrase) return passphrase.failure();
  const auto kept = Backup::read(options.file, passphrase->reveal());
  if (!kept) return kept.failure();
  const auto written = kept->restore(options.folder);
  if (!written) return written.failure();
  if (options.json) {
    auto paths = nlohmann::ordered_json::array();
    for (const auto& each : *written) paths.push_back(each.string());
    print_json(console, {{"organisation", kept->organisation().str()},
                         {"madeAt", config::format_time(kept->made_at())},
                         {"written", std::move(paths)}});
    return Exit::fine;
  }
  console.out << "of " << kept->organisation().str() << ", made at "
              << config::format_time(kept->made_at()) << ": " << written->size() << " of "
              << kept->count() << " files written, the others were there\n";
  return Exit::fine;
}

}  // namespace

void add_backup_commands(CLI::App& family, Session& session) {
  auto kept = std::make_shared<BackupOptions>();
  auto* keep = add_command(family, "backup", "all that cannot be made again, in one sealed file",
                           "sluis keys backup ggz.backup --settings settings.json");
  keep->add_option("FILE", kept->file, "a new file")->required();
  keep->add_option("--settings", kept->settings, "this gateway's settings")->required();
  kept->passphrase.add_options(*keep, "", "the backup's own passphrase");
  keep->add_flag("--weak-for-tests", kept->weak, "a passphrase that is cheap to guess");
  keep->add_flag("--json", kept->json, "the result as JSON");
  keep->callback([kept, &session] { session.finish(backup(*kept, session.console)); });

  auto back = std::make_shared<BackupOptions>();
  auto* put = add_command(family, "restore", "put a backup back; writes over nothing",
                          "sluis keys restore ggz.backup --into /etc/sluis");
  put->add_option("FILE", back->file, "the backup")->required();
  put->add_option("--into", back->folder, "the folder for the settings")->required();
  back->passphrase.add_options(*put, "", "the backup's passphrase");
  put->add_flag("--json", back->json, "the result as JSON");
  put->callback([back, &session] { session.finish(restore(*back, session.console)); });
}

}  // namespace sluis::gateway::cli
