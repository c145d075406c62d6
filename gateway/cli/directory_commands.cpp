// sluis directory show | sign | verify
#include <ostream>

#include "config/settings.hpp"
#include "crypto/encoding.hpp"
#include "gateway/cli/authority_key.hpp"
#include "gateway/cli/program.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::Directory;
using config::error;
using config::Result;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_bytes = 8U << 20U;

struct DirectoryOptions {
  std::filesystem::path file, settings, key;
  std::vector<std::string> authorities;
  unsigned threshold = 0;  // 0: all of `authorities`
  std::string region;
  bool json = false;
};

Result<config::Trust> trust_of(const DirectoryOptions& options) {
  if (!options.settings.empty()) {
    auto settings = config::Settings::read(options.settings);
    if (!settings) return settings.failure();
    return std::move(settings->region.trust);
  }
  if (options.authorities.empty() || options.region.empty()) {
    throw CLI::ValidationError("whom to trust",
                               "name --settings, or --region-name and each --authority");
  }
  config::Trust trust{options.region, {}, options.threshold};
  for (const auto& text : options.authorities) {
    const auto key = crypto::array_from_base64url<32>(text);
    if (!key) throw CLI::ValidationError("--authority", "must be a public key, 43 characters");
    trust.authority_keys.push_back(*key);
  }
  if (trust.threshold == 0) trust.threshold = static_cast<unsigned>(trust.authority_keys.size());
  return trust;
}

Result<Directory> read_directory(const DirectoryOptions& options) {
  const auto trust = trust_of(options);
  if (!trust) return trust.failure();
  const auto text = read_text(options.file, most_bytes);
  if (!text) return text.failure();
  auto directory = Directory::read(*text, *trust);
  if (!directory) {
    return error(directory.failure().code,
                 options.file.string() + ": " + directory.failure().detail);
  }
  return directory;
}

Outcome verify_file(const DirectoryOptions& options, Console& console) {
  const auto directory = read_directory(options);
  const bool wrong = !directory && (directory.failure().code == Code::bad_signature ||
                                    directory.failure().code == Code::invalid);
  if (!directory && !wrong) return directory.failure();
  auto fault = directory ? std::string() : directory.failure().detail;
  if (directory) {
    const auto usable = directory->usable_at(config::SystemClock().now());
    if (!usable) fault = options.file.string() + ": " + usable.failure().detail;
  }
  if (options.json) {
    print_json(console, {{"verified", fault.empty()}, {"fault", fault}});
  } else if (fault.empty()) {
    console.out << "verified: region " << directory->region() << ", version "
                << directory->version() << ", until "
                << config::format_time(directory->valid_until()) << '\n';
  } else {
    console.err << "sluis: " << fault << '\n';
  }
  return fault.empty() ? Exit::fine : Exit::not_so;
}

void print_directory(const Directory& directory, Console& console) {
  console.out << "region " << directory.region() << ", version " << directory.version() << ", "
              << config::format_time(directory.valid_from()) << " to "
              << config::format_time(directory.valid_until()) << "\n\n";
  Table partners({"PARTNER", "OIN", "STATUS", "GATEWAY", "NAME"});
  for (const auto& partner : directory.partners()) {
    partners.add({partner.id.str(), partner.oin.str(), partner.active ? "active" : "suspended",
                  partner.peer_url, printable(partner.name)});
  }
  partners.print(console.out);
  for (const auto& domain : directory.domains()) {
    console.out << "\ndomain " << domain.id.str() << ", recipient " << domain.recipient.str()
                << '\n';
    for (const auto& epoch : domain.epochs) {
      std::string holders;
      for (const auto& holder : epoch.holders) {
        holders += (holders.empty() ? "" : ", ") + holder.str();
      }
      console.out << "  epoch " << epoch.id.str() << ", " << config::format_time(epoch.from)
                  << " to " << config::format_time(epoch.until) << "\n    any " << epoch.threshold
                  << " of " << holders << "; generation " << epoch.generation << '\n';
    }
  }
}

Outcome show(const DirectoryOptions& options, Console& console) {
  const auto directory = read_directory(options);
  if (!directory) return directory.failure();
  if (options.json) {
    console.out << directory->text() << '\n';
  } else {
    print_directory(*directory, console);
  }
  return Exit::fine;
}

Outcome sign(const DirectoryOptions& options, Console& console) {
  const auto key = read_authority_key(options.key);
  if (!key) return key.failure();
  const auto text = read_text(options.file, most_bytes);
  if (!text) return text.failure();
  auto document = config::parse_json(*text);
  if (!document) {
    return error(Code::invalid, options.file.string() + ": " + document.failure().detail);
  }
  const auto signed_one = config::sign_directory(std::move(*document), *key);
  if (!signed_one) {
    return error(Code::invalid, options.file.string() + ": " + signed_one.failure().detail);
  }
  const auto written =
      replace(options.file, crypto::as_view(signed_one->dump(2) + "\n"), public_mode);
  if (!written) return written.failure();
  const auto public_key = crypto::base64url(key->public_key());
  const auto signatures = (*signed_one)["signatures"].size();
  if (options.json) {
    print_json(console, {{"key", public_key}, {"signatures", signatures}});
  } else {
    console.out << "signed with " << public_key << "; signatures now: " << signatures << '\n';
  }
  return Exit::fine;
}

void add_trust(CLI::App* command, DirectoryOptions& options) {
  command->add_option("FILE", options.file, "the directory")->required();
  command->add_option("--settings", options.settings, "a gateway's settings: whom it trusts");
  command->add_option("--region-name", options.region, "or: the region that it must be of,");
  command->add_option("--authority", options.authorities, "a public key, once for each");
  command->add_option("--threshold", options.threshold, "how many must have signed (all)")
      ->check(CLI::Range(1, 64));
  command->add_flag("--json", options.json, "the result as JSON");
}

}  // namespace

void add_directory_commands(CLI::App& program, Session& session) {
  auto* family = add_command(program, "directory", "the signed list of the region's partners",
                             "sluis directory show directory.json --settings settings.json");
  family->require_subcommand(1);

  auto shown = std::make_shared<DirectoryOptions>();
  auto* show_it = add_command(*family, "show", "partners, domains and epochs",
                              "sluis directory show directory.json --settings settings.json");
  add_trust(show_it, *shown);
  show_it->callback([shown, &session] { session.finish(show(*shown, session.console)); });

  auto checked = std::make_shared<DirectoryOptions>();
  auto* check = add_command(*family, "verify", "signatures, every rule, and that it is in force",
                            "sluis directory verify directory.json --settings settings.json");
  add_trust(check, *checked);
  check->callback([checked, &session] { session.finish(verify_file(*checked, session.console)); });

  auto made = std::make_shared<DirectoryOptions>();
  auto* make = add_command(*family, "sign", "add an authority's signature to the file",
                           "sluis directory sign directory.json --key authority-1.json");
  make->add_option("FILE", made->file, "the directory")->required();
  make->add_option("--key", made->key, "the authority's key file")->required();
  make->add_flag("--json", made->json, "the result as JSON");
  make->callback([made, &session] { session.finish(sign(*made, session.console)); });
}

}  // namespace sluis::gateway::cli
