// sluis audit fetch: a gateway's published logs, for verifying them elsewhere.
#include <ostream>

#include "gateway/audit/folder.hpp"
#include "gateway/audit/note.hpp"
#include "gateway/audit/tiles.hpp"
#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/audit_family.hpp"
#include "gateway/cli/target.hpp"

namespace sluis::gateway::cli {

using audit::tile_width;
using config::Code;
using config::error;
using config::Result;

namespace {

struct FetchOptions {
  TargetOptions target;
  std::filesystem::path folder;
};

/// A partial tile goes when the log has grown past it: then all is asked for again.
constexpr int most_tries = 5;

class Fetch {
 public:
  Fetch(ApiClient& client, std::string log, const std::filesystem::path& to)
      : client_(client), log_(std::move(log)), folder_(to / log_) {}

  /// Gives the number of records. The checkpoint is written last: where it stands, the rest does.
  Result<std::uint64_t> run() {
    for (int tries = 0; tries < most_tries; ++tries) {
      const auto note = get("checkpoint");
      if (!note) return note.failure();
      const auto parsed = audit::parse_note(*note);
      const auto checkpoint = parsed ? audit::parse_checkpoint(parsed->body) : parsed.failure();
      if (!checkpoint) return checkpoint.failure();
      auto done = partial(checkpoint->size);
      if (!done && done.failure().code == Code::not_found) continue;
      if (done) done = full(checkpoint->size);
      if (!done) return done.failure();
      folder_.write("checkpoint", *note, audit::Durable::no);
      return checkpoint->size;
    }
    return error(Code::unavailable, log_ + ": grows faster than it can be fetched; try again");
  }

 private:
  /// What goes when the log grows: hashes first, since reading entries makes it grow.
  Result<void> partial(std::uint64_t size) {
    for (unsigned level = 0; (size >> (8 * level)) > 0; ++level) {
      const auto hashes = size >> (8 * level);
      if (hashes % tile_width == 0) continue;
      const auto path = audit::tile_path(level, hashes / tile_width, hashes % tile_width);
      if (auto kept = keep(path); !kept) return kept;
    }
    if (size % tile_width == 0) return {};
    return keep(audit::bundle_path(size / tile_width, size % tile_width));
  }

  Result<void> full(std::uint64_t size) {
    for (unsigned level = 0; (size >> (8 * level)) >= tile_width; ++level) {
      for (std::uint64_t i = 0; i < (size >> (8 * level)) / tile_width; ++i) {
        if (auto kept = keep(audit::tile_path(level, i, tile_width)); !kept) return kept;
        if (level > 0) continue;
        if (auto kept = keep(audit::bundle_path(i, tile_width)); !kept) return kept;
      }
    }
    return {};
  }

  /// Full tiles never change: one that is there already is not asked for again.
  Result<void> keep(const std::string& path) {
    const bool is_partial = path.find(".p/") != std::string::npos;
    if (!is_partial && folder_.has(path)) return {};
    auto bytes = get(path);
    if (!bytes) return bytes.failure();
    folder_.write(path, *bytes, audit::Durable::no);
    return {};
  }

  Result<std::string> get(const std::string& path) {
    auto reply = client_.call("GET", "/v1/audit-log/" + log_ + "/" + path, "", "");
    if (!reply) return reply.failure();
    if (reply->status == 404) return error(Code::not_found, log_ + "/" + path + ": is not there");
    if (!reply->ok()) return json_of(*reply).failure();
    return std::move(reply->body);
  }

  ApiClient& client_;
  const std::string log_;
  const audit::Folder folder_;
};

Outcome fetch(const FetchOptions& options, Console& console) {
  const auto target = options.target.resolve(officer_client);
  if (!target) return target.failure();
  auto client = ApiClient::open(*target);
  if (!client) return client.failure();
  const auto reply = client->call("GET", "/v1/audit-log", "", "");
  if (!reply) return reply.failure();
  const auto body = json_of(*reply);
  if (!body) return body.failure();
  for (const auto& each : list_at(*body, "logs")) {
    // A name becomes a folder: it must be one that a log can have.
    const auto name = text_at(each, "name");
    if (!audit::is_log_name(name)) return error(Code::invalid, "the gateway names no log");
    const auto size = Fetch(*client, name, options.folder).run();
    if (!size) return size.failure();
    console.out << name << ": " << grouped(*size) << " records\n";
  }
  return Exit::fine;
}

}  // namespace

void add_audit_fetch(CLI::App& family, Session& session) {
  auto options = std::make_shared<FetchOptions>();
  auto* command = add_command(family, "fetch", "a gateway's logs, to verify elsewhere",
                              "sluis audit fetch --region demo --as zvh usb/zvh");
  command->add_option("DIR", options->folder, "the folder to write them to")->required();
  options->target.add_to(*command);
  command->callback([options, &session] { session.finish(fetch(*options, session.console)); });
}

}  // namespace sluis::gateway::cli
