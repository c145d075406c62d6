#include "gateway/keys/domain_keys.hpp"

#include <algorithm>

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Code;
using config::Directory;
using config::error;
using config::Json;
using config::ObjectReader;
using config::Result;

namespace {

constexpr std::uint64_t most_records = 4000;
constexpr std::uint64_t most_acknowledgements = 255;

config::Error about(const KeyName& key, const config::Error& why) {
  return error(why.code, key.str() + ": " + why.detail);
}

bool names_epoch(const Directory& directory, const KeyName& key) {
  const auto* domain = directory.domain(key.domain);
  return domain != nullptr &&
         std::any_of(domain->epochs.begin(), domain->epochs.end(),
                     [&](const config::Epoch& epoch) { return epoch.id == key.epoch; });
}

/// The records of each key, in order of generation.
std::map<KeyName, std::vector<KeyRecord>> by_key(const std::vector<KeyRecord>& records) {
  std::map<KeyName, std::vector<KeyRecord>> chains;
  for (const auto& record : records) chains[record.name().key].push_back(record);
  for (auto& [key, chain] : chains)
    std::stable_sort(chain.begin(), chain.end(), [](const auto& a, const auto& b) {
      return a.transcript.generation < b.transcript.generation;
    });
  return chains;
}

bool same_transcript(const KeyRecord& a, const KeyRecord& b) {
  return a.name() == b.name() && a.transcript.attempt == b.transcript.attempt &&
         a.transcript.hash() == b.transcript.hash();
}

/// Takes over what its holders signed anew; true when something was. `into` was verified here.
bool take_signatures(KeyRecord& into, const KeyRecord& offered, const Directory& directory) {
  const auto signers = signers_of(offered.transcript, directory);
  bool taken = false;
  for (std::size_t i = 0; i < signers.size(); ++i) {
    const auto* partner = directory.partner(into.transcript.holders[i].id);
    if (partner == nullptr || signers[i] != partner->sign_key) continue;
    if (into.signed_with.at(i) == partner->sign_key) continue;
    into.transcript.signatures.at(i) = offered.transcript.signatures[i];
    into.signed_with[i] = partner->sign_key;
    taken = true;
  }
  return taken;
}

/// Others' records bring bodies of any form: only the ceremony's own messages were held to theirs.
bool says(const Json& body, const std::string& hash) {
  const auto word = body.find("transcript");
  return word != body.end() && *word == hash;
}

std::vector<Transcript> transcripts_of(const std::vector<KeyRecord>& records) {
  std::vector<Transcript> transcripts;
  for (const auto& record : records) transcripts.push_back(record.transcript);
  return transcripts;
}

}  // namespace

KeyGeneration KeyRecord::name() const {
  return {{transcript.domain, transcript.epoch, transcript.use}, transcript.generation};
}

std::vector<config::PartnerId> KeyRecord::yet_to_sign(const Directory& directory) const {
  std::vector<config::PartnerId> holders;
  for (std::size_t i = 0; i < transcript.holders.size(); ++i) {
    const auto& id = transcript.holders[i].id;
    const auto* partner = directory.partner(id);
    if (partner == nullptr || i >= signed_with.size()) continue;
    if (partner->sign_key != signed_with[i]) holders.push_back(id);
  }
  return holders;
}

bool KeyRecord::acknowledged() const {
  const auto cer = transcript.cer();
  const auto hash = crypto::base64url(transcript.hash());
  return std::all_of(
      transcript.holders.begin(), transcript.holders.end(), [&](const CeremonyMember& holder) {
        return std::any_of(acknowledgements.begin(), acknowledgements.end(),
                           [&](const RoundMessage& message) {
                             return message.round == Round::acknowledge &&
                                    message.from == holder.id && message.cer == cer &&
                                    says(message.body, hash) && message.signed_by(holder.sign_key);
                           });
      });
}

Json KeyRecord::json() const {
  Json messages = Json::array();
  for (const auto& message : acknowledgements) messages.push_back(message.json());
  Json record{{"transcript", transcript.json()}, {"acknowledgements", std::move(messages)}};
  for (const auto& key : signed_with) record["signedWith"].push_back(crypto::base64url(key));
  return record;
}

std::optional<KeyRecord> KeyRecord::parse(const Json& value, const std::string& pointer,
                                          std::vector<config::Error>& errors) {
  const auto errors_before = errors.size();
  std::optional<Transcript> transcript;
  std::vector<RoundMessage> messages;
  std::vector<crypto::Array<32>> signed_with;
  ObjectReader::read(value, pointer, errors, [&](ObjectReader& in) {
    signed_with = in.optional_parsed_list("signedWith", {1, 255}, config::parse_bytes<32>);
    if (const auto* inner = in.any("transcript"))
      transcript = Transcript::parse(*inner, pointer + "/transcript", errors);
    const auto* list = in.any("acknowledgements");
    if (list == nullptr || !list->is_array() || list->size() > most_acknowledgements)
      return in.fault("acknowledgements", "must be a list of messages");
    for (std::size_t i = 0; i < list->size(); ++i)
      if (auto message = RoundMessage::parse(
              (*list)[i], pointer + "/acknowledgements/" + std::to_string(i), errors))
        messages.push_back(std::move(*message));
  });
  if (errors.size() != errors_before || !transcript) return std::nullopt;
  return KeyRecord{std::move(*transcript), std::move(messages), std::move(signed_with)};
}

std::string records_text(const std::vector<KeyRecord>& records) {
  Json document{{"v", 1}, {"keys", Json::array()}};
  for (const auto& record : records) document["keys"].push_back(record.json());
  return document.dump(2) + "\n";
}

Result<std::vector<KeyRecord>> read_records(std::string_view text) {
  if (text.size() > most_records_bytes) return error(Code::too_large, "over 8 MiB of keys");
  const auto document = config::parse_json(text);
  if (!document) return document.failure();
  std::vector<KeyRecord> records;
  std::vector<config::Error> errors;
  ObjectReader::read(*document, "", errors, [&](ObjectReader& in) {
    in.integer("v", {1, 1});
    const auto* list = in.any("keys");
    if (list == nullptr || !list->is_array() || list->size() > most_records)
      return in.fault("keys", "must be a list of keys");
    for (std::size_t i = 0; i < list->size(); ++i)
      if (auto record = KeyRecord::parse((*list)[i], "/keys/" + std::to_string(i), errors))
        records.push_back(std::move(*record));
  });
  if (!errors.empty()) return config::join_errors("malformed keys", std::string(text), errors);
  return records;
}

Result<DomainKeys::Chain> DomainKeys::checked(const std::vector<KeyRecord>& records,
                                              const Directory& directory, Source source) {
  const auto transcripts = transcripts_of(records);
  const auto& noted = records.back().signed_with;
  auto last = source == Source::others ? verify(transcripts, directory)
                                       : verify_kept(transcripts, directory, noted);
  if (!last) return last.failure();
  Chain chain;
  for (std::size_t i = 0; i + 1 < records.size(); ++i) {
    // The newest one vouches for those before it, also for one whose signatures are old by now.
    auto keys = recompute(std::span(transcripts).first(i + 1));
    if (!keys) return keys.failure();
    chain.push_back({records[i], std::move(*keys)});
    chain.back().record.signed_with.clear();
  }
  chain.push_back({records.back(), std::move(*last)});
  auto& newest = chain.back().record;
  const auto signers = signers_of(newest.transcript, directory, noted);
  newest.signed_with.clear();
  for (const auto& key : signers) newest.signed_with.push_back(key.value());
  return chain;
}

Result<DomainKeys> DomainKeys::from(const std::vector<Transcript>& transcripts,
                                    const Directory& directory) {
  std::vector<KeyRecord> records;
  for (const auto& transcript : transcripts) records.push_back({transcript, {}});
  DomainKeys all;
  for (const auto& [key, chain] : by_key(records)) {
    auto with_it = all.with(chain, directory);
    if (!with_it) return with_it.failure();
    all = std::move(*with_it);
  }
  return all;
}

Result<DomainKeys> DomainKeys::read(const std::filesystem::path& path, const Directory& directory) {
  const auto text = read_text(path, most_records_bytes);
  if (!text && text.failure().code == Code::not_found) return DomainKeys();
  if (!text) return text.failure();
  const auto records = read_records(*text);
  if (!records)
    return error(records.failure().code, path.string() + ": " + records.failure().detail);
  DomainKeys all;
  for (const auto& [key, chain] : by_key(*records)) {
    if (!names_epoch(directory, key)) continue;
    auto kept = checked(chain, directory, Source::own);
    if (!kept)
      return error(kept.failure().code,
                   path.string() + ": " + key.str() + ": " + kept.failure().detail +
                       "; move the file away, and the gateway asks the holders for it again");
    all.chains_.emplace(key, std::move(*kept));
  }
  return all;
}

Result<void> DomainKeys::write(const std::filesystem::path& path) const {
  const auto text = records_text(records());
  return replace(path, crypto::as_view(text), public_mode);
}

/// Never back a generation or attempt, and never another past than the one that was verified here.
Result<void> DomainKeys::follows(const std::vector<KeyRecord>& chain) const {
  const auto& last = chain.back().transcript;
  const auto* known = newest(chain.back().name().key);
  if (known == nullptr) return {};
  const auto& old = known->transcript;
  if (std::pair(last.generation, last.attempt) < std::pair(old.generation, old.attempt))
    return error(Code::conflict,
                 "generation " + std::to_string(last.generation) + " is older than the known one");
  for (const auto& record : chain)
    if (record.transcript.generation == old.generation &&
        record.transcript.attempt == old.attempt && record.transcript.hash() != old.hash())
      return error(Code::conflict, "another account of generation " +
                                       std::to_string(old.generation) +
                                       " than the one that was verified here before");
  return {};
}

Result<DomainKeys> DomainKeys::with(const std::vector<KeyRecord>& chain, const Directory& directory,
                                    Source source) const {
  if (chain.empty()) return error(Code::invalid, "a key without any generation");
  const auto key = chain.back().name().key;
  for (const auto& record : chain)
    if (record.name().key != key) return error(Code::invalid, "generations of several keys");
  if (auto fits = follows(chain); !fits) return about(key, fits.failure());
  auto merged = chain;
  auto& last = merged.back();
  if (source == Source::others) last.signed_with.clear();  // that is theirs
  if (const auto* known = newest(key); known != nullptr && same_transcript(*known, last)) {
    auto ours = *known;
    take_signatures(ours, last, directory);
    if (!ours.acknowledged()) ours.acknowledgements = std::move(last.acknowledgements);
    last = std::move(ours);
    source = Source::own;  // verified before
  }
  auto verified = checked(merged, directory, source);
  if (!verified) return about(key, verified.failure());
  DomainKeys all = *this;
  all.chains_.insert_or_assign(key, std::move(*verified));
  return all;
}

std::optional<DomainKeys> DomainKeys::with_signatures(const KeyRecord& offered,
                                                      const Directory& directory) const {
  const auto* known = newest(offered.name().key);
  if (known == nullptr || !same_transcript(*known, offered)) return std::nullopt;
  auto record = *known;
  if (!take_signatures(record, offered, directory)) return std::nullopt;
  DomainKeys all = *this;
  all.chains_.at(record.name().key).back().record = std::move(record);
  return all;
}

DomainKeys DomainKeys::with_acknowledgements(const KeyName& key,
                                             std::vector<RoundMessage> messages) const {
  DomainKeys all = *this;
  if (const auto found = all.chains_.find(key); found != all.chains_.end())
    found->second.back().record.acknowledgements = std::move(messages);
  return all;
}

DomainKeys DomainKeys::without(const KeyName& key) const {
  DomainKeys all = *this;
  all.chains_.erase(key);
  return all;
}

const KeySet* DomainKeys::find(const config::DomainId& domain, const config::EpochId& epoch,
                               std::string_view use) const {
  const auto found = chains_.find(KeyName{domain, epoch, std::string(use)});
  return found == chains_.end() ? nullptr : &found->second.back().keys;
}

const KeySet* DomainKeys::find(const KeyGeneration& of) const {
  const auto found = chains_.find(of.key);
  if (found == chains_.end()) return nullptr;
  for (const auto& each : found->second)
    if (each.keys.generation == of.generation) return &each.keys;
  return nullptr;
}

const KeyRecord* DomainKeys::newest(const KeyName& key) const {
  const auto found = chains_.find(key);
  return found == chains_.end() ? nullptr : &found->second.back().record;
}

std::vector<KeyRecord> DomainKeys::records(const KeyName& key) const {
  std::vector<KeyRecord> all;
  const auto found = chains_.find(key);
  if (found == chains_.end()) return all;
  for (const auto& each : found->second) all.push_back(each.record);
  return all;
}

std::vector<KeyRecord> DomainKeys::records() const {
  std::vector<KeyRecord> all;
  for (const auto& [key, chain] : chains_)
    for (const auto& each : chain) all.push_back(each.record);
  return all;
}

std::vector<KeyName> DomainKeys::names() const {
  std::vector<KeyName> all;
  for (const auto& [key, chain] : chains_) all.push_back(key);
  return all;
}

}  // namespace sluis::gateway
