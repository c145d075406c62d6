#include "gateway/audit/reconcile.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <system_error>

#include "config/json.hpp"
#include "gateway/audit/log_reader.hpp"
#include "gateway/audit/search.hpp"
#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::audit {
namespace {

using config::Code;
using config::error;
using config::Json;
using config::Result;

/// One side's word on an envelope.
struct Told {
  std::string where;  // the log and the record, for people
  std::string signal, sha256, at;
};
using Envelopes = std::map<std::string, Told>;  // by envelope id

struct Side {
  Envelopes envelopes;
  std::string end;  // when the last record was made
};

std::uint64_t size_of(const LogReader& reader) {
  const auto text = reader.checkpoint();
  const auto note = text ? parse_note(*text) : error(Code::not_found, "");
  const auto checkpoint = note ? parse_checkpoint(note->body) : note.failure();
  return checkpoint ? checkpoint->size : 0;
}

void each_record(const PublishedLog& log,
                 const std::function<void(std::uint64_t, std::string_view)>& look) {
  const LogReader reader(log.folder);
  const auto size = size_of(reader);
  for (std::uint64_t first = 0; first < size; first += tile_width) {
    const auto width = std::min(size - first, tile_width);
    const auto bundle = reader.bundle(first / tile_width, width);
    if (!bundle) return;
    auto rest = std::string_view(bundle->bytes);
    for (std::uint64_t i = 0; i < width; ++i) {
      const auto record = take_from_bundle(rest);
      if (!record) return;
      look(first + i, *record);
    }
  }
}

/// The envelopes that these logs tell of: records of this action about this counterparty.
Side side(const std::vector<PublishedLog>& logs, std::string_view action,
          const std::string& counterparty) {
  Side side;
  RecordFilter filter;
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"action", action},
                                    {"outcome", "permit"},
                                    {"counterparty", counterparty}}) {
    if (const auto added = filter.add(name, value); !added) return side;
  }
  for (const auto& log : logs) {
    std::string last;
    each_record(log, [&](std::uint64_t number, std::string_view record) {
      last = record;
      if (!filter.matches(record)) return;
      const auto json = config::parse_json(record);
      const auto receipt =
          json ? config::parse_json(field_text(*json, "", "receipt")) : json.failure();
      if (!receipt || !receipt->is_object()) return;
      side.envelopes.try_emplace(
          field_text(*receipt, "", "envelope"),
          Told{log.origin + ", record " + std::to_string(number), field_text(*json, "object", "id"),
               field_text(*receipt, "", "sha256"), field_text(*json, "", "at")});
    });
    const auto json = config::parse_json(last);
    if (json && json->is_object()) side.end = std::max(side.end, field_text(*json, "", "at"));
  }
  return side;
}

}  // namespace

Result<Reconciliation> reconcile(const std::vector<PublishedLog>& senders_logs,
                                 const std::string& sender,
                                 const std::vector<PublishedLog>& recipients_logs,
                                 const std::string& recipient) try {
  const auto sent = side(senders_logs, "envelope.deliver", recipient);
  const auto received = side(recipients_logs, "envelope.receive", sender);
  Reconciliation result;
  const auto missing = [&](const std::string& id, const Told& told, const std::string& end,
                           const std::string& what) {
    if (told.at > end) {
      ++result.undecided;
    } else {
      result.differences.push_back("envelope " + id + " (" + told.where + "): " + what);
    }
  };
  for (const auto& [id, told] : sent.envelopes) {
    const auto other = received.envelopes.find(id);
    if (other == received.envelopes.end()) {
      missing(id, told, received.end,
              sender + " logged it as delivered, " + recipient + " not as received");
    } else if (other->second.sha256 != told.sha256 || other->second.signal != told.signal) {
      result.differences.push_back("envelope " + id + " (" + told.where + "; " +
                                   other->second.where + "): the two logs tell of another " +
                                   (other->second.signal != told.signal ? "signal" : "content"));
    } else {
      ++result.agreed;
    }
  }
  for (const auto& [id, told] : received.envelopes) {
    if (!sent.envelopes.contains(id))
      missing(id, told, sent.end,
              recipient + " logged it as received, " + sender + " not as delivered");
  }
  return result;
} catch (const std::system_error& cause) {
  return error(Code::unavailable, cause.what());
}

}  // namespace sluis::gateway::audit
