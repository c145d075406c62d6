#include "gateway/audit/log_chain.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "config/json.hpp"
#include "gateway/audit/log_reader.hpp"
#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::audit {
namespace {

namespace fs = std::filesystem;
using config::Code;
using config::error;
using config::Result;

std::string text_at(const config::Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What a first record says of the log before; empty texts where it says nothing.
void read_first_record(PublishedLog& log) {
  const LogReader reader(log.folder);
  const auto bundle = reader.bundle(0, tile_width);
  if (!bundle) return;
  auto rest = std::string_view(bundle->bytes);
  const auto record = take_from_bundle(rest);
  const auto json = record ? config::parse_json(*record) : error(Code::invalid, "");
  if (!json || text_at(*json, "action") != "log.begin" || !json->contains("object")) return;
  log.before = text_at((*json)["object"], "id");
  log.last_before = text_at(*json, "receipt");
}

/// Moves each log behind the one that it goes on from; what goes on from nothing comes first.
std::vector<PublishedLog> in_order(std::vector<PublishedLog> logs) {
  std::ranges::sort(logs, {}, &PublishedLog::origin);
  std::vector<PublishedLog> ordered;
  const auto placed = [&](const std::string& origin) {
    return std::ranges::any_of(ordered, [&](const auto& log) { return log.origin == origin; });
  };
  const auto among = [&](const std::string& origin) {
    return std::ranges::any_of(logs, [&](const auto& log) { return log.origin == origin; });
  };
  while (ordered.size() < logs.size()) {
    const auto before = ordered.size();
    for (const auto& log : logs) {
      if (!placed(log.origin) && (!among(log.before) || placed(log.before))) ordered.push_back(log);
    }
    if (ordered.size() == before) break;  // they go round in a circle: none of them is the first
  }
  return ordered;
}

/// The folder's last checkpoint, without the signatures.
std::optional<std::string> last_body(const fs::path& folder) {
  const auto text = LogReader(folder).checkpoint();
  const auto note = text ? parse_note(*text) : error(Code::not_found, "");
  return note ? std::optional(note->body) : std::nullopt;
}

std::optional<Fault> check_link(const std::vector<PublishedLog>& logs, const PublishedLog& log,
                                const crypto::Array<32>& key) {
  if (log.before.empty()) return std::nullopt;
  const auto before = std::ranges::find(logs, log.before, &PublishedLog::origin);
  if (before == logs.end()) return Fault{0, "the log before it, " + log.before + ", is missing"};
  const auto followers = std::ranges::count(logs, log.before, &PublishedLog::before);
  if (followers > 1) return Fault{0, "more than one log goes on from " + log.before};
  const auto note = parse_note(log.last_before);
  if (!note || !open_checkpoint(log.last_before, {log.before, key})) {
    return Fault{0, "record 0 has no good checkpoint of " + log.before};
  }
  if (last_body(before->folder) != note->body) {
    return Fault{0, log.before + " did not end where record 0 says that it did"};
  }
  return std::nullopt;
}

bool is_of(const std::string& checkpoint, const std::string& origin) {
  return checkpoint.starts_with(origin + "\n");
}

}  // namespace

Result<std::vector<PublishedLog>> published_logs(const fs::path& root) try {
  std::vector<PublishedLog> logs;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(root, none)) {
    if (!entry.is_directory()) continue;
    auto origin = claimed_origin(entry.path());
    if (!origin) {
      return error(origin.failure().code, entry.path().string() + ": " + origin.failure().detail);
    }
    auto& log = logs.emplace_back();
    log.folder = entry.path();
    log.origin = std::move(*origin);
    read_first_record(log);
  }
  if (logs.empty()) {
    return error(Code::not_found, root.string() + " has no log with a checkpoint");
  }
  const auto count = logs.size();
  auto ordered = in_order(std::move(logs));
  if (ordered.size() != count) {
    return error(Code::invalid, root.string() + ": each of the logs says that it follows another");
  }
  return ordered;
} catch (const std::system_error& cause) {
  return error(Code::unavailable, cause.what());
}

std::vector<ChainReport> verify_chain(const std::vector<PublishedLog>& logs, const config::Oin& oin,
                                      const crypto::Array<32>& key, const VerifyOptions& options) {
  std::vector<ChainReport> reports;
  bool since_found = !options.since;
  for (const auto& log : logs) {
    auto own = options;
    if (options.since && !is_of(*options.since, log.origin)) own.since.reset();
    // Witnesses are asked about the newest log; the others end in the first record of the next.
    if (&log != &logs.back()) own.witnesses.clear();
    since_found = since_found || own.since.has_value();
    ChainReport each{log.origin, {}};
    if (!is_origin_of(log.origin, oin)) {
      each.report.fault = Fault{std::nullopt, "the log says that it is another organisation's"};
    } else {
      each.report = verify_log(log.folder, {log.origin, key}, own);
    }
    if (each.report.ok()) each.report.fault = check_link(logs, log, key);
    reports.push_back(std::move(each));
  }
  if (!since_found && !reports.empty() && reports.back().report.ok()) {
    reports.back().report.fault =
        Fault{std::nullopt, "the log of the earlier checkpoint is not among these"};
  }
  return reports;
}

}  // namespace sluis::gateway::audit
