#include "gateway/core/reopening.hpp"

#include <set>

#include "gateway/core/opening.hpp"

namespace sluis::gateway {
namespace {

/// In the store's small values: the partners that were active when this last ended, each followed
/// by a space.
constexpr std::string_view active_key = "active-partners";
/// Signals that one act looks at: others must not wait long for theirs.
constexpr std::size_t signals_an_act = 32;

std::string active_in(const config::Directory& directory) {
  std::set<std::string> ids;
  for (const auto& partner : directory.partners())
    if (partner.active) ids.insert(partner.id.str());
  std::string list;
  for (const auto& id : ids) list += id + " ";
  return list;
}

bool names(const std::string& list, const config::PartnerId& partner) {
  return (" " + list).find(" " + partner.str() + " ") != std::string::npos;
}

}  // namespace

Task<void> Reopening::look() {
  const auto standing = region_.standing();
  auto recall = [](store::Transaction& tx) { return tx.meta(active_key); };
  const auto before = co_await read(store_, std::move(recall));
  const auto now = active_in(*standing->directory);
  if (before == now) co_return;
  if (before) {
    for (const auto& partner : standing->directory->partners()) {
      if (!partner.active || names(*before, partner.id)) continue;
      auto id = partner.id;
      co_await look_at(std::move(id), standing);
    }
  }
  auto keep = [now](store::Transaction& tx) {
    tx.put_meta(active_key, now);
    return Nothing{};
  };
  co_await write(store_, std::move(keep));
}

Task<void> Reopening::look_at(config::PartnerId partner, std::shared_ptr<const Standing> standing) {
  std::int64_t after = 0;
  bool more = true;
  while (more) {
    auto act = [this, standing, partner, after](store::Transaction& tx) {
      return look_at_some(tx, *standing, partner, after);
    };
    const auto last = co_await write(store_, std::move(act));
    more = last > after;
    after = last;
  }
}

/// The last row that it looked at; `after` when there was none.
std::int64_t Reopening::look_at_some(store::Transaction& tx, const Standing& standing,
                                     const config::PartnerId& partner, std::int64_t after) const {
  const auto now = region_.now();
  Openings openings;
  for (const auto row : tx.received_from(partner, after, now, signals_an_act)) {
    after = row;
    auto signal = tx.received_signal(row).value();
    signal.links = tx.links_of(row);
    for (const auto& link : signal.links)
      open_group(tx, region_, standing, signal, link,
                 tx.group(signal.domain, link.epoch, link.kind, link.tag, now), now, openings);
  }
  std::set<std::int64_t> components;
  for (const auto& opening : openings.opened) components.insert(opening.component);
  for (const auto id : components) recount_match(tx, id, now);
  record_openings(tx, recorder_, region_.self(), openings, Trace::fresh());
  return after;
}

}  // namespace sluis::gateway
