// Ids that look alike are different types: a signal's id cannot be passed as an envelope's.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "config/result.hpp"

namespace sluis::config {

/// True for `[a-z0-9-]{1,40}` (protocol.md, Notation).
[[nodiscard]] bool is_slug(std::string_view text) noexcept;
/// True for a version 4 UUID in lower case (RFC 9562 §5.4).
[[nodiscard]] bool is_uuid(std::string_view text) noexcept;
/// True for twenty digits (the Dutch organisation identification number, OIN).
[[nodiscard]] bool is_oin(std::string_view text) noexcept;
/// A fresh random version 4 UUID.
[[nodiscard]] std::string random_uuid();

enum class IdForm { slug, uuid, oin };

/// A checked id. Two ids of different `Tag` neither compare nor convert.
template <class Tag>
class Id {
 public:
  /// `invalid` when the text has another form than this kind of id has.
  static Result<Id> parse(std::string_view text) {
    const bool fits = Tag::form == IdForm::slug   ? is_slug(text)
                      : Tag::form == IdForm::uuid ? is_uuid(text)
                                                  : is_oin(text);
    if (!fits) return error(Code::invalid, std::string("not a valid ") + Tag::name);
    return Id(std::string(text));
  }
  static Id random() requires(Tag::form == IdForm::uuid) { return Id(random_uuid()); }
  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct PartnerTag {
  static constexpr auto form = IdForm::slug;
  static constexpr auto name = "partner id";
};
struct DomainTag {
  static constexpr auto form = IdForm::slug;
  static constexpr auto name = "domain id";
};
struct EpochTag {
  static constexpr auto form = IdForm::slug;
  static constexpr auto name = "epoch id";
};
struct OinTag {
  static constexpr auto form = IdForm::oin;
  static constexpr auto name = "OIN";
};
struct SignalTag {
  static constexpr auto form = IdForm::uuid;
  static constexpr auto name = "signal id";
};
struct EnvelopeTag {
  static constexpr auto form = IdForm::uuid;
  static constexpr auto name = "envelope id";
};
struct MatchTag {
  static constexpr auto form = IdForm::uuid;
  static constexpr auto name = "match id";
};

using PartnerId = Id<PartnerTag>;
using DomainId = Id<DomainTag>;
using EpochId = Id<EpochTag>;
using Oin = Id<OinTag>;
using SignalId = Id<SignalTag>;
using EnvelopeId = Id<EnvelopeTag>;
using MatchId = Id<MatchTag>;

}  // namespace sluis::config

template <class Tag>
struct std::hash<sluis::config::Id<Tag>> {
  std::size_t operator()(const sluis::config::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
