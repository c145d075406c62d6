#include "gateway/peer/client.hpp"

#include <charconv>

#include "gateway/peer/wire.hpp"

namespace sluis::gateway::peer {

using config::Code;
using config::error;
using config::Result;

struct PeerClient::Line {
  std::string url;
  std::string oin;
  std::shared_ptr<net::HttpClient> client;
};

PeerClient::PeerClient(asio::io_context& context, const Region& region, net::ClientTls tls,
                       net::ClientLimits limits)
    : context_(context), region_(region), tls_(std::move(tls)), limits_(limits) {}

PeerClient::~PeerClient() = default;

Result<std::shared_ptr<net::HttpClient>> PeerClient::client_for(const config::PartnerId& partner) {
  const auto standing = region_.standing();
  const auto* entry = standing->directory->partner(partner);
  if (entry == nullptr || !entry->active)
    return error(Code::forbidden,
                 "partner \"" + partner.str() + "\" is not active in the directory");
  auto& line = lines_[partner];
  if (!line.client || line.url != entry->peer_url || line.oin != entry->oin.str()) {
    auto origin = net::Origin::parse(entry->peer_url);
    if (!origin) return origin.failure();
    line = {entry->peer_url, entry->oin.str(),
            std::make_shared<net::HttpClient>(context_, std::move(*origin),
                                              tls_.expecting(entry->oin.str()), limits_)};
  }
  return line.client;
}

namespace {

/// The seconds of a Retry-After; 0 where it has none, or a date.
std::uint32_t retry_after(const net::ClientResponse& answer) {
  const auto* text = answer.header("Retry-After");
  std::uint32_t seconds = 0;
  if (text == nullptr) return 0;
  const auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  return wrong == std::errc{} && end == text->data() + text->size() ? seconds : 0;
}

/// What a partner's problem document means to us: its code where it is one of the contract's.
config::Error refusal(const net::ClientResponse& answer) {
  const auto json = config::parse_json(answer.body);
  std::string code = "none";
  if (json && json->is_object() && json->contains("code") && (*json)["code"].is_string())
    code = (*json)["code"].get<std::string>();
  for (const auto known : {Code::forbidden, Code::generation, Code::over_budget, Code::invalid,
                           Code::expired, Code::too_large})
    if (code == config::code_name(known))
      return config::Error{known, "refused with " + code, {}, retry_after(answer)};
  return error(Code::unavailable, "answered " + std::to_string(answer.status));
}

}  // namespace

Task<Result<std::string>> PeerClient::post(const config::PartnerId& partner, std::string path,
                                           std::string body) {
  auto client = client_for(partner);
  if (!client) co_return client.failure();
  const auto kept = *client;
  net::ClientRequest request;
  request.method = "POST";
  request.target = std::move(path);
  request.content_type = "application/json";
  request.body = std::move(body);
  request.idempotent = true;  // an evaluation or envelope that arrives twice changes nothing
  auto answer = co_await kept->send(std::move(request));
  if (!answer) co_return answer.failure();
  if (answer->status != 200) co_return refusal(*answer);
  co_return std::move(answer->body);
}

Task<bool> PeerClient::alive(const config::PartnerId& partner) {
  auto client = client_for(partner);
  if (!client) co_return false;
  const auto kept = *client;
  net::ClientRequest request;
  request.method = "GET";
  request.target = "/peer/v1/health";
  request.idempotent = true;
  const auto answer = co_await kept->send(std::move(request));
  co_return answer.ok() && answer->status == 200;
}

Task<Result<crypto::Evaluation>> PeerClient::evaluate(const config::PartnerId& holder,
                                                      const EvaluationRequest& request) {
  auto body = evaluation_request(request);
  std::string path = "/peer/v1/evaluations";
  auto answer = co_await post(holder, std::move(path), std::move(body));
  if (!answer) co_return answer.failure();
  auto evaluation = read_evaluation_answer(*answer, request.generation, request.blinded.size());
  if (!evaluation)
    co_return error(Code::bad_proof, "an answer of another form: " + evaluation.failure().detail);
  co_return std::move(*evaluation);
}

Task<Result<std::vector<Receipt>>> PeerClient::deliver(const config::PartnerId& to,
                                                       const std::vector<Envelope>& envelopes) {
  auto body = envelopes_body(envelopes);
  std::string path = "/peer/v1/envelopes";
  auto answer = co_await post(to, std::move(path), std::move(body));
  if (!answer) co_return answer.failure();
  auto receipts = read_receipts(*answer);
  if (!receipts)
    co_return error(Code::unavailable, "receipts of another form: " + receipts.failure().detail);
  co_return std::move(*receipts);
}

Task<Result<std::vector<RoundMessage>>> PeerClient::deal(const config::PartnerId& to,
                                                         const Dealing& dealing) {
  auto body = dealing_body(dealing);
  std::string path = "/peer/v1/dealings";
  auto answer = co_await post(to, std::move(path), std::move(body));
  if (!answer) co_return answer.failure();
  auto messages = read_dealing_answer(*answer);
  if (!messages)
    co_return error(Code::unavailable, "messages of another form: " + messages.failure().detail);
  co_return std::move(*messages);
}

Task<Result<std::vector<KeyRecord>>> PeerClient::domain_keys(const config::PartnerId& partner) {
  auto client = client_for(partner);
  if (!client) co_return client.failure();
  const auto kept = *client;
  net::ClientRequest request;
  request.method = "GET";
  request.target = "/peer/v1/domain-keys";
  request.idempotent = true;
  auto answer = co_await kept->send(std::move(request));
  if (!answer) co_return answer.failure();
  if (answer->status != 200) co_return refusal(*answer);
  auto records = read_records(answer->body);
  if (!records)
    co_return error(Code::unavailable, "keys of another form: " + records.failure().detail);
  co_return std::move(*records);
}

Task<Result<WitnessPeers::Answer>> PeerClient::witness(const config::PartnerId& partner,
                                                       net::ClientRequest request) {
  auto client = client_for(partner);
  if (!client) co_return client.failure();
  const auto kept = *client;
  request.idempotent = true;  // a checkpoint that arrives twice is answered twice
  auto answer = co_await kept->send(std::move(request));
  if (!answer) co_return answer.failure();
  Answer witnessed;
  witnessed.status = answer->status;
  witnessed.body = std::move(answer->body);
  co_return witnessed;
}

Task<Result<WitnessPeers::Answer>> PeerClient::add_checkpoint(const config::PartnerId& partner,
                                                              std::string body) {
  net::ClientRequest request;
  request.method = "POST";
  request.target = "/peer/v1/witness/add-checkpoint";
  request.content_type = "text/plain; charset=utf-8";
  request.body = std::move(body);
  auto answer = co_await witness(partner, std::move(request));
  co_return answer;
}

Task<Result<WitnessPeers::Answer>> PeerClient::last_checkpoint(const config::PartnerId& partner,
                                                               std::string origin_hash) {
  net::ClientRequest request;
  request.method = "GET";
  request.target = "/peer/v1/witness/" + origin_hash + "/checkpoint";
  auto answer = co_await witness(partner, std::move(request));
  co_return answer;
}

void PeerClient::close() {
  for (auto& [partner, line] : lines_)
    if (line.client) line.client->close();
}

}  // namespace sluis::gateway::peer
