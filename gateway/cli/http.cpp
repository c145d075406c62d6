#include "gateway/cli/http.hpp"

#include <charconv>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/console.hpp"
#include "gateway/net/blocking.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Json;
using config::Result;

namespace {

net::ClientLimits limits_for(std::chrono::milliseconds request) {
  net::ClientLimits limits;
  limits.connections = 1;
  limits.request_ms = request;
  return limits;
}

/// Retry-After in seconds (RFC 9110 §10.2.3); a date there is passed over.
std::optional<std::chrono::seconds> retry_after(const net::ClientResponse& response) {
  const auto* text = response.header("Retry-After");
  unsigned seconds = 0;
  if (text == nullptr ||
      std::from_chars(text->data(), text->data() + text->size(), seconds).ec != std::errc()) {
    return std::nullopt;
  }
  return std::chrono::seconds(seconds);
}

Reply reply_of(net::ClientResponse response) {
  return {static_cast<unsigned>(response.status), std::move(response.body), retry_after(response)};
}

/// A signal's own id makes a repeat harmless (api.md); a question repeated counts twice.
bool is_idempotent(std::string_view method, std::string_view path) {
  return method == "GET" || path == "/v1/signals";
}

}  // namespace

struct ApiClient::Implementation {
  Implementation(net::Origin origin, net::ClientTls tls, std::string authorization)
      : client(std::move(origin), std::move(tls), limits_for(std::chrono::seconds(60))),
        bearer(std::move(authorization)) {}
  net::BlockingClient client;
  std::string bearer;
};

ApiClient::ApiClient(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

Result<ApiClient> ApiClient::open(const Target& target) {
  auto origin = net::Origin::parse(target.url);
  if (!origin) return error(Code::invalid, "--url: " + origin.failure().detail);
  if (!origin->tls) return error(Code::invalid, "--url: must be https, or the token is for anyone");
  net::ClientTlsFiles files{target.authorities, std::nullopt, std::nullopt};
  auto tls = net::ClientTls::load(files);
  if (!tls) return tls.failure();
  return ApiClient(std::make_unique<Implementation>(std::move(*origin), std::move(*tls),
                                                    "Bearer " + target.token));
}

Result<Reply> ApiClient::call(std::string_view method, const std::string& path,
                              std::string_view content_type, std::string body) {
  net::ClientRequest request;
  request.method = method;
  request.target = path;
  request.headers = {{"Authorization", implementation_->bearer}};
  request.content_type = content_type;
  request.body = std::move(body);
  request.idempotent = is_idempotent(method, path);
  auto response = implementation_->client.send(std::move(request));
  if (!response) return response.failure();
  return reply_of(std::move(*response));
}

Result<Reply> operator_get(std::uint16_t port, const std::string& path) {
  net::ClientRequest request;
  request.target = path;
  request.idempotent = true;
  auto response = net::fetch({false, "127.0.0.1", port}, std::nullopt, std::move(request),
                             limits_for(std::chrono::seconds(5)));
  if (!response) return response.failure();
  return reply_of(std::move(*response));
}

Result<Json> json_of(const Reply& reply) {
  auto body = Json::parse(reply.body, nullptr, false);
  if (reply.ok()) {
    if (!body.is_discarded()) return body;
    return error(Code::unavailable, "the gateway's answer is not JSON");
  }
  auto detail = "the gateway refused: " + std::to_string(reply.status);
  for (const char* key : {"code", "detail"}) {
    if (const auto text = text_at(body, key); !text.empty()) detail += ", " + printable(text);
  }
  for (const auto& each : list_at(body, "errors")) {
    detail += "\n  " + printable(place_of(each)) + ": " + printable(text_at(each, "detail"));
  }
  const bool passing = reply.status >= 500 || reply.status == 429;
  return error(passing ? Code::unavailable : refused_by_gateway, detail);
}

}  // namespace sluis::gateway::cli
