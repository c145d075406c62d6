#include "gateway/core/audit_reading.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/encoding.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::Result;

namespace {

struct Extent {
  std::vector<store::Log> logs;
  std::uint64_t size = 0;
};

Extent extent(store::Transaction& tx) {
  return {tx.logs(), tx.log_size()};
}

/// A record with its place. `number` is counted over all logs.
Json placed(const std::vector<store::Log>& logs, std::uint64_t number, std::string_view record) {
  auto json = config::parse_json(record);
  Json item{{"record", json ? std::move(*json) : Json(nullptr)}};
  for (const auto& log : logs) {
    if (log.first > number) break;
    item["log"] = log.origin;
    item["number"] = number - log.first;
  }
  return item;
}

std::optional<std::uint64_t> parse_cursor(std::string_view text, std::uint64_t size) {
  if (text.empty()) return size;
  std::uint64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number <= size ? std::optional(number) : std::nullopt;
}

auto slice(std::uint64_t first, std::uint64_t count) {
  return [first, count](store::Transaction& tx) { return tx.entries(first, count); };
}

config::Error nothing_to_link() {
  return error(Code::invalid,
               "a BSN, or a family name, given names and birth date, or a birth date, postal code "
               "and house number is needed",
               "/person");
}

}  // namespace

Task<Result<Json>> AuditReading::list(audit::RecordFilter filter, std::string cursor,
                                      std::size_t most, Caller caller, Trace trace) {
  auto look = [](store::Transaction& tx) { return extent(tx); };
  const auto all = co_await read(store_, std::move(look));
  const auto start = parse_cursor(cursor, all.size);
  if (!start) {
    auto why = error(Code::invalid, "is no cursor that a list of records gave", "?cursor");
    co_return co_await refuse("audit.read", caller, std::move(why), trace);
  }
  const auto wanted = std::make_shared<const audit::RecordFilter>(std::move(filter));
  const auto found = std::make_shared<Json>(Json::array());
  const auto logs = std::make_shared<const std::vector<store::Log>>(all.logs);
  auto end = *start;
  while (end > 0 && found->size() < most && *start - end < records_a_call) {
    const auto first = end > slice_records ? end - slice_records : 0;
    auto part = slice(first, end - first);
    const auto records =
        std::make_shared<const std::vector<std::string>>(co_await read(store_, std::move(part)));
    // On the pool: reading a large log must not delay what else this executor does.
    auto sift = [records, wanted, found, logs, first, most] {
      for (auto i = records->size(); i > 0; --i) {
        if (found->size() == most) return first + i;
        if (!wanted->matches((*records)[i - 1])) continue;
        found->push_back(placed(*logs, first + i - 1, (*records)[i - 1]));
      }
      return first;
    };
    end = co_await pool_.run(std::move(sift));
  }
  auto entry = recorder_.start("audit.read", audit::Outcome::permit, actor_of(caller), trace);
  entry.object = {"search", wanted->text()};
  entry.count = found->size();
  co_await record(std::move(entry));
  co_return Json{{"records", std::move(*found)},
                 {"nextCursor", end > 0 ? Json(std::to_string(end)) : Json(nullptr)}};
}

Task<Result<Json>> AuditReading::show(std::string id, Caller caller, Trace trace) {
  std::unordered_set<std::string> ids{id};
  auto found = co_await find_all(std::move(ids));
  if (found.empty()) {
    auto why = error(Code::not_found, "no record has this id");
    co_return co_await refuse("audit.read", caller, std::move(why), trace);
  }
  auto entry = recorder_.start("audit.read", audit::Outcome::permit, actor_of(caller), trace);
  entry.object = {"record", id};
  entry.count = 1;
  co_await record(std::move(entry));
  co_return std::move(found.front());
}

/// Through the whole log, oldest first.
Task<std::vector<Json>> AuditReading::find_all(std::unordered_set<std::string> ids) {
  auto look = [](store::Transaction& tx) { return extent(tx); };
  const auto all = co_await read(store_, std::move(look));
  const auto wanted = std::make_shared<const std::unordered_set<std::string>>(std::move(ids));
  const auto logs = std::make_shared<const std::vector<store::Log>>(all.logs);
  const auto found = std::make_shared<std::vector<Json>>();
  for (std::uint64_t first = 0; first < all.size && found->size() < wanted->size();
       first += slice_records) {
    auto part = slice(first, slice_records);
    const auto records =
        std::make_shared<const std::vector<std::string>>(co_await read(store_, std::move(part)));
    auto sift = [records, wanted, found, logs, first] {
      for (std::size_t i = 0; i < records->size(); ++i) {
        if (audit::id_among((*records)[i], *wanted).empty()) continue;
        found->push_back(placed(*logs, first + i, (*records)[i]));
      }
      return Nothing{};
    };
    co_await pool_.run(std::move(sift));
  }
  co_return std::move(*found);
}

Task<Result<AuditReading::References>> AuditReading::references_of(
    const std::vector<LinkageKey>& keys) {
  const auto standing = region_.standing();
  References references;
  const auto own = region_.keys();
  for (const auto& key : keys)
    references.push_back(
        {key.kind, audit::reference_of_linkage(own->reference_key.reveal(), key.kind, key.value)});
  auto tags = co_await person_tags(evaluator_, region_, *standing, keys);
  if (!tags) co_return tags.failure();
  for (const auto& tag : *tags)
    references.push_back(
        {tag.kind, audit::reference_of_tag(own->reference_key.reveal(), tag.domain.str(),
                                           tag.epoch.str(), tag.kind, tag.tag)});
  co_return references;
}

Task<Json> AuditReading::with_records(std::map<std::string, Found> found, bool person) {
  std::unordered_set<std::string> ids;
  for (const auto& [id, each] : found) ids.insert(id);
  auto records = co_await find_all(std::move(ids));
  Json list = Json::array();
  for (auto& item : records) {
    const auto& each = found.at(audit::field_text(item["record"], "", "id"));
    const auto said = audit::field_text(item["record"], "", person ? "subject" : "case");
    item["foundBy"] = each.by;
    item["confirmed"] = said == crypto::base64url(audit::commitment_of(each.row));
    list.push_back(std::move(item));
  }
  co_return list;
}

Task<Result<Json>> AuditReading::subject(SubjectRequest request, Caller caller, Trace trace) {
  const bool person = request.person.has_value();
  const auto keys = person ? linkage_keys(*request.person) : std::vector<LinkageKey>{};
  std::optional<config::Error> failure;
  References references;
  if (person && keys.empty()) {
    failure = nothing_to_link();
  } else if (person) {
    auto made = co_await references_of(keys);
    if (made) {
      references = std::move(*made);
    } else {
      failure = made.failure();
    }
  } else {
    references.push_back({"case", audit::reference_of_case(region_.keys()->reference_key.reveal(),
                                                           request.case_id)});
  }
  if (failure) {
    auto why = std::move(*failure);
    co_return co_await refuse("audit.subject", caller, std::move(why), trace);
  }
  auto look = [references, kind = person ? "person" : "case"](store::Transaction& tx) {
    std::map<std::string, Found> found;
    for (const auto& reference : references) {
      for (auto& row : tx.subjects(reference.value)) {
        if (row.kind != kind) continue;
        auto& each = found.try_emplace(row.record_id, Found{row, {}}).first->second;
        each.by.insert(reference.kind);
      }
    }
    return found;
  };
  auto found = co_await read(store_, std::move(look));
  auto list = co_await with_records(std::move(found), person);
  auto entry = recorder_.start("audit.subject", audit::Outcome::permit, actor_of(caller), trace);
  entry.count = list.size();
  co_await record_about(std::move(entry), keys, std::move(request.case_id));
  co_return Json{{"records", std::move(list)}, {"endedEpochs", ended_epochs()}};
}

Task<Result<Json>> AuditReading::erase(Person person, Caller caller, Trace trace) {
  const auto keys = linkage_keys(person);
  if (keys.empty()) {
    auto why = nothing_to_link();
    co_return co_await refuse("audit.erase", caller, std::move(why), trace);
  }
  const auto references = co_await references_of(keys);
  if (!references) {
    auto why = references.failure();
    co_return co_await refuse("audit.erase", caller, std::move(why), trace);
  }
  auto entry = recorder_.start("audit.erase", audit::Outcome::permit, actor_of(caller), trace);
  auto act = [this, references = *references, entry](store::Transaction& tx) mutable {
    std::uint64_t erased = 0;
    for (const auto& reference : references) erased += tx.forget_subjects(reference.value);
    entry.count = erased;
    // About nobody: it must not be what finds this person again.
    recorder_.append(tx, entry);
    return erased;
  };
  const auto erased = co_await write(store_, std::move(act));
  co_await scrub(store_);
  co_return Json{{"erased", erased}};
}

Json AuditReading::ended_epochs() const {
  Json list = Json::array();
  const auto standing = region_.standing();
  for (const auto& domain : standing->directory->domains()) {
    if (domain.recipient != region_.self()) continue;
    for (const auto& epoch : domain.epochs)
      if (epoch.until <= region_.now()) list.push_back(domain.id.str() + "/" + epoch.id.str());
  }
  return list;
}

Task<void> AuditReading::record(audit::Record entry) {
  const std::vector<LinkageKey> nobody;
  std::string no_case;
  co_await record_about(std::move(entry), nobody, std::move(no_case));
}

Task<void> AuditReading::record_about(audit::Record entry, const std::vector<LinkageKey>& person,
                                      std::string case_id) {
  auto act = [this, entry = std::move(entry), &person, case_id](store::Transaction& tx) {
    recorder_.append(tx, entry, person, case_id);
    return Nothing{};
  };
  co_await write(store_, std::move(act));
}

Task<config::Error> AuditReading::refuse(std::string_view action, const Caller& caller,
                                         config::Error why, const Trace& trace) {
  auto entry = recorder_.start(action, audit::Outcome::deny, actor_of(caller), trace);
  co_await recorder_.refuse(std::move(entry), why);
  co_return why;
}

}  // namespace sluis::gateway
