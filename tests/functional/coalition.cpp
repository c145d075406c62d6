#include "tests/functional/coalition.hpp"

#include <algorithm>
#include <stdexcept>

#include "crypto/encoding.hpp"
#include "crypto/labels.hpp"
#include "crypto/lock.hpp"
#include "crypto/threshold.hpp"
#include "crypto/voprf.hpp"
#include "gateway/keys/domain_keys.hpp"
#include "gateway/keys/key_shares.hpp"
#include "gateway/peer/wire.hpp"

namespace sluis::test {

namespace {

using Numbers = std::vector<std::uint32_t>;

/// What one holder answers, or the code of its refusal.
std::optional<crypto::Evaluation> answer_of(TestRegion& region, std::string_view partner,
                                            const std::string& holder,
                                            const gateway::EvaluationRequest& request,
                                            Guess& guess) {
  const auto answer = region.peer(holder, region.identity(partner),
                                  {"POST", "/peer/v1/evaluations",
                                   gateway::peer::evaluation_request(request), "application/json"});
  if (answer.status != 200) {
    guess.codes.push_back(answer.code() + answer.failure);
    return std::nullopt;
  }
  return gateway::peer::read_evaluation_answer(answer.body, request.generation,
                                               request.blinded.size())
      .value();
}

}  // namespace

gateway::Transcript transcript_at(const TestRegion& region, std::string_view partner,
                                  const std::string& use, const std::string& domain) {
  const auto records =
      gateway::read_records(contents(region.data(partner) / "domain-keys.json")).value();
  const gateway::Transcript* newest = nullptr;
  for (const auto& record : records)
    if (record.transcript.use == use && record.transcript.domain.str() == domain &&
        (newest == nullptr || newest->generation < record.transcript.generation))
      newest = &record.transcript;
  if (newest == nullptr) throw std::runtime_error("no transcript of the key for " + use);
  return *newest;
}

std::uint32_t number_of(const gateway::Transcript& key, std::string_view holder) {
  for (const auto& each : key.holders)
    if (each.id.str() == holder) return each.number;
  throw std::runtime_error(std::string(holder) + " holds nothing");
}

gateway::KeyGeneration generation_of(const gateway::Transcript& key) {
  return {{key.domain, key.epoch, key.use}, key.generation};
}

std::optional<crypto::SecretScalar> share_in(const std::filesystem::path& key_folder,
                                             const std::filesystem::path& key_file,
                                             const gateway::KeyGeneration& of) {
  const auto keys = gateway::GatewayKeys::read(key_file).value();
  const auto files = gateway::KeyFiles::open(key_folder, keys.store_key).value();
  const auto shares = gateway::KeyShares::read(files);
  const auto* share = shares.ok() ? shares->find(of) : nullptr;
  if (share == nullptr) return std::nullopt;
  return crypto::SecretScalar::copy_of(share->reveal());
}

Output evaluate_joined(const Shares& shares, const crypto::Bytes& input) {
  Numbers numbers;
  for (const auto& [number, share] : shares) numbers.push_back(number);
  auto key = crypto::SecretScalar::copy_of(crypto::Scalar::from_u64(0).bytes).value();
  for (const auto& [number, share] : shares)
    key = crypto::add(key, crypto::weighted_share(share, number, numbers));
  const auto public_key = crypto::Element::base_mul(key.reveal()).value().bytes();
  const auto batch = crypto::BlindBatch::blind({&input, 1}).value();
  const auto answer = crypto::evaluate(key.reveal(), public_key, batch.elements()).value();
  return batch.finalize(answer.elements).value().front();
}

std::size_t times_found(const std::filesystem::path& folder,
                        const std::vector<std::string>& values) {
  std::vector<std::string> needles;
  for (const auto& text : values) {
    const auto bytes = crypto::array_from_base64url<32>(text).value();
    needles.emplace_back(crypto::as_text(bytes));
    needles.push_back(text);
  }
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto text = contents(entry.path());
    for (const auto& needle : needles) found += text.find(needle) != std::string::npos ? 1 : 0;
  }
  return found;
}

crypto::Bytes input_of(const gateway::Transcript& key, const Canary& person) {
  return crypto::oprf_input(key.domain.str(), key.epoch.str(), key.use, "bsn", person.bsn);
}

Guess ask(TestRegion& region, std::string_view partner, const std::vector<std::string>& holders,
          const gateway::Transcript& key, const crypto::Bytes& input, const Shares& own) {
  const auto batch = crypto::BlindBatch::blind({&input, 1}).value();
  gateway::EvaluationRequest request{
      {key.domain, key.epoch, key.use}, key.generation, {}, batch.elements()};
  Numbers numbers;
  for (const auto& holder : holders) numbers.push_back(number_of(key, holder));
  for (const auto& each : key.holders)
    if (std::ranges::count(numbers, each.number) != 0 || own.contains(each.number))
      request.holders.push_back(each.id);
  for (const auto& [number, share] : own) numbers.push_back(number);

  Guess guess;
  std::vector<std::vector<crypto::Array<32>>> answers;
  guess.seen.push_back(crypto::base64url(batch.elements().front()));
  for (const auto& holder : holders) {
    const auto answer = answer_of(region, partner, holder, request, guess);
    if (!answer) continue;
    const auto number = number_of(key, holder);
    const auto public_share = crypto::Element::parse(key.holder_keys.at(number - 1)).value();
    if (!crypto::verify(crypto::weighted_public(public_share, number, numbers).bytes(),
                        batch.elements(), *answer))
      throw std::runtime_error(holder + " answered without a right proof");
    guess.seen.push_back(crypto::base64url(answer->elements.front()));
    answers.push_back(answer->elements);
  }
  for (const auto& [number, share] : own) {
    const auto weighted = crypto::weighted_share(share, number, numbers);
    const auto public_key = crypto::Element::base_mul(weighted.reveal()).value().bytes();
    answers.push_back(
        crypto::evaluate(weighted.reveal(), public_key, batch.elements()).value().elements);
  }
  if (answers.size() == key.threshold)
    guess.output = batch.finalize(crypto::combine(answers).value()).value().front();
  return guess;
}

const std::vector<std::vector<std::string>> holder_pairs{
    {"veilig-thuis", "politie"}, {"politie", "gemeente"}, {"gemeente", "veilig-thuis"}};

Sent send(TestRegion& region, Aviary& aviary, std::string_view partner, const Canary& person) {
  const auto body = aviary.signal(person, "geweld-in-afhankelijkheidsrelaties");
  const auto answer = region.api(partner, {"POST", "/v1/signals", body.dump(), "application/json"});
  if (answer.status != 202) throw std::runtime_error(answer.body + answer.failure);
  return {config::SignalId::parse(body["id"].get<std::string>()).value(), body["contact"]["name"]};
}

bool holds(const std::optional<std::string>& content, const std::string& word) {
  return content && content->find(word) != std::string::npos;
}

std::filesystem::path stolen(TestRegion& region, std::string_view partner, bool with_keys) {
  namespace fs = std::filesystem;
  const auto copy = region.scratch() / ("stolen-" + std::string(partner) + (with_keys ? "1" : "0"));
  const auto from = region.layout().partner(partner);
  fs::create_directories(copy);
  fs::copy(with_keys ? from : from / "data", with_keys ? copy : copy / "data",
           fs::copy_options::recursive);
  return copy;
}

const gateway::store::Link& bsn_link(const Attack& attack, const config::SignalId& id) {
  for (const auto& signal : attack.signals())
    if (signal.id == id)
      for (const auto& link : signal.links)
        if (link.kind == "bsn") return link;
  throw std::runtime_error("no link by number");
}

void add_lock(Attack& attack, const Output& output) {
  const auto key = crypto::Lock(output, 2).wrap_key();
  attack.add_key(key.reveal());
}

}  // namespace sluis::test
