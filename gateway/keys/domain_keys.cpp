#include "gateway/keys/domain_keys.hpp"

#include "config/object_reader.hpp"
#include "gateway/files/files.hpp"

namespace sluis::gateway {

using config::Code;
using config::Directory;
using config::error;
using config::Error;
using config::Result;

namespace {

constexpr std::size_t most_file_bytes = 4U << 20U;
constexpr std::uint64_t most_transcripts = 1000;

}  // namespace

Result<DomainKeys> DomainKeys::from(const std::vector<Transcript>& transcripts,
                                    const Directory& directory) {
  std::map<Name, std::vector<Transcript>> chains;
  for (const auto& each : transcripts) {
    chains[{each.domain.str(), each.epoch.str(), each.use}].push_back(each);
  }
  DomainKeys all;
  for (const auto& [name, chain] : chains) {
    auto keys = verify(chain, directory);
    if (!keys) return keys.failure();
    all.keys_.emplace(name, std::move(*keys));
  }
  return all;
}

Result<DomainKeys> DomainKeys::read(const std::filesystem::path& path, const Directory& directory) {
  const auto text = read_text(path, most_file_bytes);
  if (!text) return text.failure();
  const auto document = config::parse_json(*text);
  if (!document) return error(Code::invalid, path.string() + ": " + document.failure().detail);
  std::vector<Transcript> transcripts;
  std::vector<Error> errors;
  config::ObjectReader::read(*document, "", errors, [&](config::ObjectReader& in) {
    in.integer("v", {1, 1});
    const auto* list = in.any("transcripts");
    if (list == nullptr || !list->is_array() || list->size() > most_transcripts) {
      in.fault("transcripts", "must be a list of transcripts");
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto transcript = Transcript::parse((*list)[i], "/transcripts/" + std::to_string(i), errors);
      if (transcript) transcripts.push_back(std::move(*transcript));
    }
  });
  if (!errors.empty()) return config::join_errors(path.string(), *text, errors);
  auto keys = from(transcripts, directory);
  if (!keys) return error(keys.failure().code, path.string() + ": " + keys.failure().detail);
  return keys;
}

const KeySet* DomainKeys::find(const config::DomainId& domain, const config::EpochId& epoch,
                               std::string_view use) const {
  const auto found = keys_.find(Name{domain.str(), epoch.str(), std::string(use)});
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace sluis::gateway
