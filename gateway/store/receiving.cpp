// What partners sent: envelopes seen, signals, and the links that they are found by.
#include <algorithm>

#include "gateway/store/codec.hpp"
#include "gateway/store/sqlite_transaction.hpp"

namespace sluis::gateway::store {
namespace {

/// Within one epoch, the tag of the signal's only kind that names one person (protocol.md §2).
const crypto::Array<32>* unique_tag_of(const ReceivedSignal& signal, const config::EpochId& epoch) {
  const auto found = std::ranges::find_if(signal.links, [&](const Link& link) {
    return link.kind == unique_kind && link.epoch == epoch;
  });
  return found == signal.links.end() ? nullptr : &found->tag;
}

void refuse_malformed(const ReceivedSignal& signal) {
  if (signal.opened_at.has_value() == signal.opened_key.empty()) {
    throw std::logic_error("store: a signal is open with a key and a time, or with neither");
  }
  for (auto link = signal.links.begin(); link != signal.links.end(); ++link) {
    const bool twice = std::any_of(signal.links.begin(), link, [&](const Link& earlier) {
      return earlier.kind == link->kind && earlier.epoch == link->epoch;
    });
    if (twice) throw std::logic_error("store: two links of one kind in one epoch");
  }
}

}  // namespace

std::optional<SeenEnvelope> SqliteTransaction::seen_envelope(const config::PartnerId& from,
                                                             const config::EnvelopeId& id) {
  const auto sender = names_.find(from.str());
  if (!sender) return std::nullopt;
  Query query = database_.query("SELECT sha256 FROM seen_envelope WHERE sender = ? AND id = ?",
                                *sender, uuid_bytes(id));
  if (!query.step()) return std::nullopt;
  return SeenEnvelope{query.array<32>(0)};
}

void SqliteTransaction::add_seen_envelope(const config::PartnerId& from,
                                          const config::EnvelopeId& id,
                                          const crypto::Array<32>& sha256, Timestamp at) {
  changing().run("INSERT INTO seen_envelope (sender, id, sha256, at) VALUES (?, ?, ?, ?)",
                 names_.intern(from.str()), uuid_bytes(id), sha256, millis(at));
}

ReceivedSignal SqliteTransaction::received(const Query& query) {
  const auto box = query.blob(16);
  const auto opened_key = query.blob(17);
  ReceivedSignal signal{.row = query.integer(0),
                        .from = named<config::PartnerId>(query, 1),
                        .id = uuid_id<config::SignalId>(query.array<16>(2)),
                        .envelope = uuid_id<config::EnvelopeId>(query.array<16>(3)),
                        .domain = named<config::DomainId>(query, 4),
                        .theme = names_.text(query.integer(5)),
                        .purpose = names_.text(query.integer(6)),
                        .legal_basis = names_.text(query.integer(7)),
                        .trace_id = query.text(8),
                        .created_at = from_millis(query.integer(9)),
                        .received_at = from_millis(query.integer(10)),
                        .expires_at = from_millis(query.integer(11)),
                        .keep_until = from_millis(query.integer(12)),
                        .reveal = static_cast<std::uint8_t>(query.integer(13)),
                        .commitment = query.array<32>(14),
                        .content_nonce = query.array<24>(15),
                        .content_box = {box.begin(), box.end()},
                        .opened_key = {opened_key.begin(), opened_key.end()},
                        .opened_at = std::nullopt,
                        .component = query.integer(19),
                        .links = {}};
  if (!query.null(18)) signal.opened_at = from_millis(query.integer(18));
  return signal;
}

std::optional<ReceivedSignal> SqliteTransaction::received_signal(const config::PartnerId& from,
                                                                 const config::SignalId& id) {
  const auto sender = names_.find(from.str());
  if (!sender) return std::nullopt;
  std::int64_t row = 0;
  {
    Query query = database_.query("SELECT row FROM received WHERE sender = ? AND id = ?", *sender,
                                  uuid_bytes(id));
    if (!query.step()) return std::nullopt;
    row = query.integer(0);
  }
  return received_signal(row);
}

std::optional<ReceivedSignal> SqliteTransaction::received_signal(std::int64_t row) {
  Query query = database_.query(
      "SELECT row, sender, id, envelope, domain, theme, purpose, legal_basis, trace_id, "
      "created_at, received_at, expires_at, keep_until, reveal, commitment, nonce, box, "
      "opened_key, opened_at, component "
      "FROM received JOIN content ON signal = row WHERE row = ?",
      row);
  if (!query.step()) return std::nullopt;
  return received(query);
}

std::vector<Link> SqliteTransaction::links_of(std::int64_t row) {
  Query query = database_.query(
      "SELECT kind, epoch, tag, shares, wrapped FROM link CROSS JOIN space ON space.id = "
      "link.space "
      "WHERE signal = ? ORDER BY number",
      row);
  std::vector<Link> links;
  while (query.step()) {
    links.push_back({.kind = names_.text(query.integer(0)),
                     .epoch = named<config::EpochId>(query, 1),
                     .tag = query.array<32>(2),
                     .shares = unpack_shares(query.blob(3)),
                     .wrapped = std::nullopt});
    if (!query.null(4)) links.back().wrapped = unpack_wrapped(query.array<73>(4));
  }
  return links;
}

std::vector<std::int64_t> SqliteTransaction::received_from(const config::PartnerId& from,
                                                           std::int64_t after_row, Timestamp now,
                                                           std::size_t most) {
  const auto sender = names_.find(from.str());
  if (!sender) return {};
  // By row, not by sender: each call goes on where the last one ended.
  Query query = database_.query(
      "SELECT row FROM received WHERE row > ? AND +sender = ? AND expires_at > ? "
      "ORDER BY row LIMIT ?",
      after_row, *sender, millis(now), most);
  std::vector<std::int64_t> rows;
  while (query.step()) rows.push_back(query.integer(0));
  return rows;
}

std::int64_t SqliteTransaction::add_received_signal(const ReceivedSignal& signal) {
  refuse_malformed(signal);
  const auto domain = (changing(), names_.intern(signal.domain.str()));
  const int open = signal.opened_at ? 1 : 0;
  database_.run("INSERT INTO component (domain, open) VALUES (?, ?)", domain, open);
  const auto component = database_.last_row();
  database_.run(
      "INSERT INTO received (sender, id, envelope, domain, theme, purpose, legal_basis, trace_id, "
      "created_at, received_at, expires_at, keep_until, reveal, opened_at, component) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      names_.intern(signal.from.str()), uuid_bytes(signal.id), uuid_bytes(signal.envelope), domain,
      names_.intern(signal.theme), names_.intern(signal.purpose), names_.intern(signal.legal_basis),
      signal.trace_id, millis(signal.created_at), millis(signal.received_at),
      millis(signal.expires_at), millis(signal.keep_until), signal.reveal, millis(signal.opened_at),
      component);
  const auto row = database_.last_row();
  database_.run("UPDATE component SET oldest = ? WHERE id = ?", row, component);
  database_.run(
      "INSERT INTO content (signal, commitment, nonce, box, opened_key) VALUES (?, ?, ?, ?, ?)",
      row, signal.commitment, signal.content_nonce, signal.content_box, signal.opened_key);
  add_links(row, signal);
  return row;
}

void SqliteTransaction::add_links(std::int64_t row, const ReceivedSignal& signal) {
  for (std::size_t number = 0; number < signal.links.size(); ++number) {
    const auto& link = signal.links[number];
    const auto* unique = unique_tag_of(signal, link.epoch);
    database_.run(
        "INSERT INTO link (signal, number, space, tag, unique_tag, shares, wrapped, expires_at, "
        "open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row, number, make_space(signal.domain, link), link.tag,
        unique == nullptr ? std::nullopt : std::optional(*unique), pack_shares(link.shares),
        pack_wrapped(link.wrapped), millis(signal.expires_at), signal.opened_at.has_value());
  }
}

std::optional<std::int64_t> SqliteTransaction::space(const config::DomainId& domain,
                                                     const config::EpochId& epoch,
                                                     std::string_view kind) {
  const auto domain_name = names_.find(domain.str());
  const auto epoch_name = names_.find(epoch.str());
  const auto kind_name = names_.find(kind);
  if (!domain_name || !epoch_name || !kind_name) return std::nullopt;
  Query query = database_.query("SELECT id FROM space WHERE domain = ? AND epoch = ? AND kind = ?",
                                *domain_name, *epoch_name, *kind_name);
  if (!query.step()) return std::nullopt;
  return query.integer(0);
}

std::int64_t SqliteTransaction::make_space(const config::DomainId& domain, const Link& link) {
  if (const auto known = space(domain, link.epoch, link.kind)) return *known;
  database_.run("INSERT INTO space (domain, epoch, kind) VALUES (?, ?, ?)",
                names_.intern(domain.str()), names_.intern(link.epoch.str()),
                names_.intern(link.kind));
  return database_.last_row();
}

std::vector<GroupMember> SqliteTransaction::members(Query query) {
  std::vector<GroupMember> members;
  while (query.step()) {
    members.push_back({.row = query.integer(0),
                       .from = named<config::PartnerId>(query, 1),
                       .id = uuid_id<config::SignalId>(query.array<16>(2)),
                       .component = query.integer(3),
                       .reveal = static_cast<std::uint8_t>(query.integer(4)),
                       .open = query.integer(5) != 0,
                       .expires_at = from_millis(query.integer(6)),
                       .unique_tag = std::nullopt,
                       .shares = unpack_shares(query.blob(8)),
                       .wrapped = std::nullopt});
    if (!query.null(7)) members.back().unique_tag = query.array<32>(7);
    if (!query.null(9)) members.back().wrapped = unpack_wrapped(query.array<73>(9));
  }
  return members;
}

std::vector<GroupMember> SqliteTransaction::group(const config::DomainId& domain,
                                                  const config::EpochId& epoch,
                                                  std::string_view kind,
                                                  const crypto::Array<32>& tag, Timestamp now) {
  const auto in = space(domain, epoch, kind);
  if (!in) return {};
  return members(database_.query(
      "SELECT row, sender, id, component, reveal, open, link.expires_at, unique_tag, shares, "
      "wrapped FROM link INDEXED BY link_tagged CROSS JOIN received ON row = signal "
      "WHERE space = ? AND tag = ? AND link.expires_at > ? ORDER BY signal",
      *in, tag, millis(now)));
}

std::vector<GroupMember> SqliteTransaction::open_group(const config::DomainId& domain,
                                                       const config::EpochId& epoch,
                                                       std::string_view kind,
                                                       const crypto::Array<32>& tag,
                                                       Timestamp now) {
  const auto in = space(domain, epoch, kind);
  if (!in) return {};
  return members(database_.query(
      "SELECT row, sender, id, component, reveal, open, link.expires_at, unique_tag, shares, "
      "wrapped FROM link INDEXED BY link_tagged_open CROSS JOIN received ON row = signal "
      "WHERE space = ? AND tag = ? AND open = 1 AND link.expires_at > ? ORDER BY signal",
      *in, tag, millis(now)));
}

void SqliteTransaction::mark_open(std::int64_t row, crypto::View sealed_key, Timestamp at) {
  if (sealed_key.empty()) throw std::logic_error("store: mark_open without a key");
  if (changing().run("UPDATE received SET opened_at = ? WHERE row = ?", millis(at), row) == 0) {
    throw std::logic_error("store: mark_open: no such signal");
  }
  database_.run("UPDATE content SET opened_key = ? WHERE signal = ?", sealed_key, row);
  database_.run("UPDATE link SET open = 1 WHERE signal = ?", row);
}

std::size_t SqliteTransaction::drop_links(const config::DomainId& domain,
                                          const config::EpochId& epoch, std::size_t most) {
  const auto domain_name = names_.find(domain.str());
  const auto epoch_name = names_.find(epoch.str());
  if (!domain_name || !epoch_name) return 0;
  std::vector<std::int64_t> spaces;
  {
    Query query = database_.query("SELECT id FROM space WHERE domain = ? AND epoch = ?",
                                  *domain_name, *epoch_name);
    while (query.step()) spaces.push_back(query.integer(0));
  }
  std::size_t dropped = 0;
  for (const auto space : spaces) {
    dropped += static_cast<std::size_t>(changing().run(
        "DELETE FROM link WHERE (signal, number) IN "
        "(SELECT signal, number FROM link INDEXED BY link_tagged WHERE space = ? LIMIT ?)",
        space, most - dropped));
    if (dropped == most) break;
    database_.run("DELETE FROM space WHERE id = ?", space);
  }
  if (dropped > 0) put_meta(links_dropped_key, "1");  // for the next scrub, also after a crash
  return dropped;
}

}  // namespace sluis::gateway::store
