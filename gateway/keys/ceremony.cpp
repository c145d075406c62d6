#include "gateway/keys/ceremony.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"
#include "crypto/threshold.hpp"
#include "gateway/keys/dealing.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Json;
using config::PartnerId;
using config::Result;

namespace {

constexpr Round all_rounds[] = {Round::commit, Round::deal, Round::agree, Round::sign,
                                Round::acknowledge};

std::string number_of(Round round) {
  return std::to_string(static_cast<unsigned>(round));
}

/// The one field of a body that is a single value.
const char* field_of(Round round) {
  if (round == Round::commit) return "commitment";
  return round == Round::sign ? "signature" : "transcript";
}

Json word_body(Round round, const crypto::Array<64>& value) {
  return {{field_of(round), crypto::base64url(value)}};
}

std::optional<crypto::Array<64>> word_of(const RoundMessage& message) {
  std::optional<crypto::Array<64>> value;
  std::vector<config::Error> errors;
  config::ObjectReader::read(message.body, "", errors, [&](config::ObjectReader& in) {
    value = in.parsed(field_of(message.round), config::parse_bytes<64>);
  });
  return errors.empty() ? value : std::nullopt;
}

bool is_well_formed(const RoundMessage& message) {
  if (message.round == Round::deal) return DealingBody::parse(message.body).has_value();
  return word_of(message).has_value();
}

/// The polynomial of who deals on: its constant is what the others expect it to be.
Result<crypto::Polynomial> polynomial_from(const CeremonyPlan& plan, const CeremonyMember& dealer,
                                           const crypto::SecretScalar* old_share) {
  const auto& ceremony = plan.ceremony;
  if (!plan.previous) return crypto::Polynomial::random(ceremony.threshold);
  const auto old = said_key(*plan.previous);
  const auto ours =
      old_share == nullptr ? std::nullopt : crypto::Element::base_mul(old_share->reveal());
  if (!ours || !old || dealer.number > old->holder_keys.size() ||
      *ours != old->holder_keys[dealer.number - 1]) {
    return error(Code::invalid,
                 "our share of the previous generation is missing, or not the one that the holders "
                 "signed for; restore the file of shares from a backup");
  }
  if (constant_of(ceremony) == crypto::Constant::zero) {
    return crypto::Polynomial::random(ceremony.threshold, crypto::Constant::zero);
  }
  std::vector<std::uint32_t> numbers;
  for (const auto& each : ceremony.dealers) numbers.push_back(each.number);
  return crypto::Polynomial::with_constant(
      crypto::weighted_share(*old_share, dealer.number, numbers), ceremony.threshold);
}

}  // namespace

Ceremony::Ceremony(CeremonyPlan plan, PartnerId self)
    : plan_(std::move(plan)), self_(std::move(self)), cer_(plan_.ceremony.cer()) {}

Result<Ceremony> Ceremony::begin(CeremonyPlan plan, PartnerId self,
                                 const crypto::SecretScalar* old_share) {
  Ceremony ceremony(std::move(plan), std::move(self));
  const auto* dealer = ceremony.plan_.dealer(ceremony.self_);
  if (dealer == nullptr) return ceremony;
  auto polynomial = polynomial_from(ceremony.plan_, *dealer, old_share);
  if (!polynomial) return polynomial.failure();
  ceremony.polynomial_ = std::move(*polynomial);
  if (constant_of(ceremony.plan_.ceremony) == crypto::Constant::zero) {
    ceremony.old_share_ = crypto::SecretScalar::copy_of(old_share->reveal());
  }
  return ceremony;
}

const std::vector<CeremonyMember>& Ceremony::speakers(Round round) const {
  return round <= Round::deal ? plan_.ceremony.dealers : plan_.ceremony.holders;
}

const RoundMessage* Ceremony::said(Round round, const PartnerId& who) const {
  const auto found = messages_.find({round, who});
  return found == messages_.end() ? nullptr : &found->second;
}

bool Ceremony::checked_all(Round round) const {
  const auto& all = speakers(round);
  return std::all_of(all.begin(), all.end(), [&](const CeremonyMember& each) {
    return checked_.contains({round, each.id});
  });
}

void Ceremony::add_fault(const PartnerId& partner, std::string reason,
                         std::vector<RoundMessage> proof) {
  const bool known = std::any_of(faults_.begin(), faults_.end(), [&](const CeremonyFault& each) {
    return each.partner == partner && each.reason == reason;
  });
  if (!known) faults_.push_back({partner, std::move(reason), std::move(proof)});
}

/// A valid signature over the transcript counts, whatever its maker said elsewhere: with it the key
/// may be in force for others.
bool Ceremony::contradicted(const RoundMessage& before, const RoundMessage& now) {
  const auto faults = faults_.size();
  add_fault(now.from, "said two different things in round " + number_of(now.round), {before, now});
  bool counts = false;
  if (now.round == Round::sign && !checked_.contains({now.round, now.from})) {
    messages_.insert_or_assign({now.round, now.from}, now);
    settle({});
    counts = checked_.contains({now.round, now.from});
  }
  return counts || faults_.size() != faults;
}

void Ceremony::keep(const RoundMessage& message) {
  messages_.emplace(Spoken{message.round, message.from}, message);
  if (!is_well_formed(message)) {
    add_fault(message.from, "its message of round " + number_of(message.round) + " is malformed",
              {message});
  } else if (message.round == Round::commit) {
    checked_.emplace(message.round, message.from);
  }
}

Result<bool> Ceremony::receive(const RoundMessage& message, const OwnKeys& own) {
  if (message.cer != cer_) return error(Code::not_found, "of another ceremony");
  const auto& all = speakers(message.round);
  const auto from = std::ranges::find(all, message.from, &CeremonyMember::id);
  if (from == all.end()) {
    return error(Code::forbidden, "\"" + message.from.str() + "\" has no say in round " +
                                      number_of(message.round) + " of this ceremony");
  }
  if (!message.signed_by(from->sign_key)) {
    return error(Code::bad_signature, "not signed by \"" + message.from.str() + "\"");
  }
  if (const auto* before = said(message.round, message.from)) {
    return !before->says_the_same(message) && contradicted(*before, message);
  }
  if (message.from == self_) {
    const auto faults = faults_.size();
    add_fault(self_, "we spoke in this ceremony before, and what we kept of it is lost", {message});
    return faults_.size() != faults;
  }
  keep(message);
  settle(usable(own));
  return true;
}

std::span<const crypto::SealKey> Ceremony::usable(const OwnKeys& own) const {
  const auto* holder = plan_.holder(self_);
  if (holder == nullptr) return {};
  const auto& named = plan_.seal_keys.at(holder->number - 1);
  const bool ours = std::any_of(own.seal.begin(), own.seal.end(), [&](const crypto::SealKey& key) {
    return key.public_key() == named;
  });
  return ours ? own.seal : std::span<const crypto::SealKey>{};
}

void Ceremony::settle(std::span<const crypto::SealKey> seal_keys) {
  const auto& ceremony = plan_.ceremony;
  for (const auto& dealer : ceremony.dealers) settle_dealing(dealer, seal_keys);
  if (!transcript_ && dealings_.size() == ceremony.dealers.size()) settle_transcript();
  if (!transcript_) return;
  for (const auto round : {Round::agree, Round::sign, Round::acknowledge}) {
    for (const auto& holder : ceremony.holders) settle_word(round, holder);
  }
}

void Ceremony::settle_dealing(const CeremonyMember& dealer,
                              std::span<const crypto::SealKey> seal_keys) {
  const auto* commit = said(Round::commit, dealer.id);
  const auto* deal = said(Round::deal, dealer.id);
  if (commit == nullptr || deal == nullptr || dealings_.contains(dealer.number)) return;
  const auto* holder = plan_.holder(self_);
  const bool opened = holder == nullptr || dealt_to_us_.contains(dealer.number);
  if (!opened && seal_keys.empty()) return;
  const auto committed = word_of(*commit);
  const auto dealing = DealingBody::parse(deal->body);
  if (!committed || !dealing) return;  // a fault already
  auto commitments = check_dealing(plan_, cer_, dealer, *dealing, *committed);
  if (!commitments) {
    return add_fault(dealer.id, commitments.failure().detail, {*commit, *deal});
  }
  if (!opened) {
    auto share = open_share(plan_, *holder, *dealing, *commitments, seal_keys);
    if (!share) return add_fault(dealer.id, share.failure().detail, {*commit, *deal});
    dealt_to_us_.emplace(dealer.number, std::move(*share));
  }
  dealings_.emplace(dealer.number, std::move(*commitments));
  checked_.emplace(Round::deal, dealer.id);
}

void Ceremony::settle_transcript() {
  const auto& last = plan_.ceremony.dealers.back();
  std::vector<Commitments> dealers;
  Transcript transcript = plan_.ceremony;
  for (const auto& [number, commitments] : dealings_) {
    auto& of_dealer = transcript.commitments.emplace_back();
    for (const auto& element : commitments) of_dealer.push_back(element.bytes());
    dealers.push_back(commitments);
  }
  const auto key = join(plan_.ceremony, plan_.previous ? &*plan_.previous : nullptr, dealers);
  if (!key) {
    return add_fault(last.id, "its commitments cancel out those of the others",
                     {*said(Round::commit, last.id), *said(Round::deal, last.id)});
  }
  transcript.key = key->key.bytes();
  for (const auto& each : key->holder_keys) transcript.holder_keys.push_back(each.bytes());
  transcript.signatures.resize(transcript.holders.size());
  if (const auto* holder = plan_.holder(self_)) {
    std::optional<crypto::SecretScalar> sum;
    if (old_share_) sum = crypto::SecretScalar::copy_of(old_share_->reveal());
    for (const auto& [number, share] : dealt_to_us_) {
      sum = sum ? crypto::add(*sum, share) : *crypto::SecretScalar::copy_of(share.reveal());
    }
    if (!sum || crypto::Element::base_mul(sum->reveal()) != key->holder_keys[holder->number - 1]) {
      throw std::logic_error("Ceremony: shares that check do not add up");
    }
    share_ = std::move(sum);
  }
  transcript_hash_ = transcript.hash();
  transcript_ = std::move(transcript);
}

void Ceremony::settle_word(Round round, const CeremonyMember& holder) {
  const auto* message = said(round, holder.id);
  if (message == nullptr || checked_.contains({round, holder.id})) return;
  const auto word = word_of(*message);
  if (!word) return;  // a fault already
  if (round == Round::sign) {
    if (!crypto::verify(holder.sign_key, transcript_->signed_bytes(), *word)) {
      return add_fault(holder.id, "its signature over the transcript does not verify", {*message});
    }
    transcript_->signatures[holder.number - 1] = *word;
  } else if (*word != transcript_hash_) {
    return add_fault(holder.id,
                     round == Round::agree
                         ? "its transcript is another than ours: it cheats, or a dealer told it "
                           "something else"
                         : "acknowledges another transcript than it agreed on",
                     {*message});
  }
  checked_.emplace(round, holder.id);
}

std::optional<Round> Ceremony::next_round() const {
  if (!faults_.empty() && said(Round::sign, self_) == nullptr) return std::nullopt;
  const auto silent = [&](Round round) { return said(round, self_) == nullptr; };
  if (plan_.dealer(self_) != nullptr) {
    if (silent(Round::commit)) return Round::commit;
    if (silent(Round::deal) && checked_all(Round::commit)) return Round::deal;
  }
  if (plan_.holder(self_) == nullptr || !transcript_) return std::nullopt;
  if (silent(Round::agree)) return Round::agree;
  if (silent(Round::sign) && checked_all(Round::agree)) return Round::sign;
  if (silent(Round::acknowledge) && checked_all(Round::sign)) return Round::acknowledge;
  return std::nullopt;
}

Result<Json> Ceremony::body_of(Round round, const OwnKeys& own) const {
  if (round == Round::sign) return word_body(round, own.sign.sign(transcript_->signed_bytes()));
  if (round >= Round::agree) return word_body(round, transcript_hash_);
  const auto& dealer = *plan_.dealer(self_);
  if (round == Round::deal) {
    const auto dealing = DealingBody::make(plan_, cer_, dealer, polynomial_.value());
    if (!dealing) return dealing.failure();
    return dealing->json();
  }
  std::vector<crypto::Array<32>> commitments;
  for (const auto& each : polynomial_.value().commitments()) commitments.push_back(each.bytes());
  return word_body(round, commitment_hash(cer_, dealer, commitments));
}

Result<bool> Ceremony::advance(const OwnKeys& own) {
  const auto *dealer = plan_.dealer(self_), *holder = plan_.holder(self_);
  if (holder != nullptr && !transcript_ && usable(own).empty()) {
    return error(Code::conflict,
                 "the sealKey that the directory names for us is not in our key file");
  }
  settle(usable(own));
  bool spoke = false;
  while (const auto round = next_round()) {
    if (own.sign.public_key() != (dealer != nullptr ? dealer : holder)->sign_key) {
      return error(Code::conflict,
                   "our signKey is not the one that this ceremony began with: the directory must "
                   "raise the attempt");
    }
    auto body = body_of(*round, own);
    if (!body) return body.failure();
    keep(RoundMessage::make(cer_, *round, self_, std::move(*body), own.sign));
    settle(usable(own));
    spoke = true;
  }
  return spoke;
}

std::vector<RoundMessage> Ceremony::messages() const {
  std::vector<RoundMessage> all;
  for (const auto& [spoken, message] : messages_) all.push_back(message);
  return all;
}

Ceremony::Progress Ceremony::progress() const {
  Progress progress;
  for (const auto round : all_rounds) {
    progress.round = round;
    for (const auto& each : speakers(round)) {
      if (said(round, each.id) == nullptr) progress.waiting_for.push_back(each.id);
    }
    if (!progress.waiting_for.empty()) break;
  }
  progress.faults = faults_;
  progress.in_force = checked_all(Round::sign);
  progress.acknowledged = checked_all(Round::acknowledge) && progress.in_force;
  return progress;
}

const Transcript* Ceremony::transcript() const {
  return checked_all(Round::sign) ? &*transcript_ : nullptr;
}

const crypto::SecretScalar* Ceremony::share() const {
  return checked_all(Round::sign) && share_ ? &*share_ : nullptr;
}

}  // namespace sluis::gateway
