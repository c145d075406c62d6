#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "gateway/net/parser.hpp"

namespace sluis::gateway::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using config::Code;

namespace {

config::Error bad(std::string detail) {
  return config::error(Code::invalid, std::move(detail));
}

/// The path and query of an origin-form or absolute-form target (RFC 9112 §3.2); empty for others.
std::string_view path_and_query(std::string_view target) {
  if (target.starts_with('/')) return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() <= scheme.size() || !same_token(target.substr(0, scheme.size()), scheme)) {
      continue;
    }
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return {};
}

// Fields that decide how a request is read or who may send it: two of one would leave open which
// of them another program on the way believes.
constexpr std::string_view single_fields[] = {"Host", "Content-Length", "Content-Type",
                                              "Transfer-Encoding", "Authorization"};

}  // namespace

struct RequestParser::Impl {
  using Parser = http::request_parser<http::string_body>;

  void restart() {
    parser.emplace();
    parser->eager(false);
    parser->header_limit(static_cast<std::uint32_t>(header_bytes));
    // The route decides, once the head has named it: allow_body().
    parser->body_limit(boost::none);
    malformed = Malformed::none;
    head_bytes = 0;
  }

  /// Beast's header_limit bounds what one call sees; a head that comes in pieces it takes field by
  /// field, without end.
  void count_head(std::size_t taken, std::size_t waiting) {
    head_bytes += taken;
    const std::size_t seen = head_bytes + (parser->is_header_done() ? 0 : waiting);
    if (seen > header_bytes && malformed == Malformed::none) {
      malformed = Malformed::header_too_large;
    }
  }

  /// Nothing when the framing of the request leaves no doubt.
  [[nodiscard]] std::optional<config::Error> doubt(const Request& request) const {
    const auto& message = parser->get();
    for (const auto name : single_fields) {
      const auto same = [&](const Header& header) { return same_token(header.first, name); };
      if (std::count_if(request.headers.begin(), request.headers.end(), same) > 1) {
        return bad("more than one " + std::string(name) + " field");
      }
    }
    const bool http11 = message.version() == 11;
    if (http11 && request.header("Host") == nullptr) return bad("no Host field");
    if (const std::string* coding = request.header("Transfer-Encoding")) {
      if (!http11 || !same_token(*coding, "chunked")) return bad("unknown Transfer-Encoding");
      if (request.header("Content-Length") != nullptr) return bad("two lengths for one body");
    }
    return std::nullopt;
  }

  std::size_t header_bytes = 0;  // the limit
  std::size_t head_bytes = 0;    // of this request, so far
  std::optional<Parser> parser;
  Malformed malformed = Malformed::none;
};

RequestParser::RequestParser(std::size_t header_bytes) : impl_(std::make_unique<Impl>()) {
  impl_->header_bytes = header_bytes;
  impl_->restart();
}
RequestParser::~RequestParser() = default;

void RequestParser::next() {
  impl_->restart();
}

std::size_t RequestParser::feed(std::string_view bytes) {
  auto& parser = *impl_->parser;
  std::size_t taken = 0;
  const bool in_head = !parser.is_header_done();
  while (taken < bytes.size() && !parser.is_done()) {
    boost::beast::error_code failure;
    const auto rest = bytes.substr(taken);
    const std::size_t used = parser.put(asio::buffer(rest.data(), rest.size()), failure);
    taken += used;
    if (failure == http::error::need_more) break;
    if (failure) {
      impl_->malformed = failure == http::error::header_limit ? Malformed::header_too_large
                         : failure == http::error::body_limit ? Malformed::body_too_large
                                                              : Malformed::bad_request;
      break;
    }
    if (in_head && parser.is_header_done()) break;
  }
  if (in_head) impl_->count_head(taken, bytes.size() - taken);
  return taken;
}

Malformed RequestParser::malformed() const noexcept {
  return impl_->malformed;
}
bool RequestParser::head_done() const {
  return impl_->parser->is_header_done();
}
bool RequestParser::done() const {
  return impl_->parser->is_done();
}

config::Result<Request> RequestParser::take_head() {
  const auto& message = impl_->parser->get();
  Request request;
  const auto method = message.method_string();
  request.method.assign(method.data(), method.size());
  const std::string_view target =
      path_and_query({message.target().data(), message.target().size()});
  if (target.empty()) return bad("a request target that names no path");
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    request.headers.emplace_back(std::string(name.data(), name.size()),
                                 std::string(value.data(), value.size()));
  }
  if (auto doubt = impl_->doubt(request)) return *std::move(doubt);
  return request;
}

Announced RequestParser::announced() const {
  const auto& parser = *impl_->parser;
  if (parser.chunked()) return {true, std::nullopt};
  const std::uint64_t length = parser.content_length().value_or(0);
  return {length > 0, length};
}

bool RequestParser::expects_continue() const {
  const auto& message = impl_->parser->get();
  const auto value = message[http::field::expect];
  return message.version() == 11 && same_token({value.data(), value.size()}, "100-continue");
}

bool RequestParser::expects_something_else() const {
  const auto& message = impl_->parser->get();
  return message.version() == 11 && message.count(http::field::expect) > 0 && !expects_continue();
}

bool RequestParser::keep_alive() const {
  return impl_->parser->keep_alive() && impl_->parser->get().version() == 11;
}
void RequestParser::allow_body(std::size_t body_bytes) {
  impl_->parser->body_limit(body_bytes);
}
std::string RequestParser::take_body() {
  return std::move(impl_->parser->get().body());
}

}  // namespace sluis::gateway::net
