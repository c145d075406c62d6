#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "gateway/net/parser.hpp"

namespace sluis::gateway::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

struct ResponseParser::Impl {
  using Parser = http::response_parser<http::string_body>;

  void restart() {
    parser.emplace();
    parser->eager(false);  // so that head and body are counted apart
    parser->header_limit(static_cast<std::uint32_t>(header_bytes));
    parser->body_limit(body_bytes);
    parser->skip(head_only);
  }

  [[nodiscard]] bool interim() const { return parser->get().result_int() / 100 == 1; }

  /// As for requests: Beast's own limit does not hold for a head that comes in pieces.
  void count_head(std::size_t bytes) {
    head_bytes += bytes;
    if (head_bytes > header_bytes) malformed = Malformed::header_too_large;
  }

  void judge(boost::beast::error_code failure) {
    malformed = failure == http::error::header_limit ? Malformed::header_too_large
                : failure == http::error::body_limit ? Malformed::body_too_large
                                                     : Malformed::bad_request;
  }

  std::size_t header_bytes = 0;  // the limit
  std::size_t head_bytes = 0;    // of this answer and the interim ones before it, so far
  std::size_t body_bytes = 0;
  bool head_only = false;
  bool started = false;
  std::optional<Parser> parser;
  Malformed malformed = Malformed::none;
};

ResponseParser::ResponseParser(std::size_t header_bytes, std::size_t body_bytes, bool head_only)
    : impl_(std::make_unique<Impl>()) {
  impl_->header_bytes = header_bytes;
  impl_->body_bytes = body_bytes;
  impl_->head_only = head_only;
  impl_->restart();
}
ResponseParser::~ResponseParser() = default;

std::size_t ResponseParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !impl_->parser->is_done()) {
    impl_->started = true;
    boost::beast::error_code failure;
    const auto rest = bytes.substr(taken);
    const bool in_head = !impl_->parser->is_header_done();
    const auto used = impl_->parser->put(asio::buffer(rest.data(), rest.size()), failure);
    taken += used;
    if (in_head) impl_->count_head(used);
    if (failure == http::error::need_more) break;
    if (failure) impl_->judge(failure);
    if (impl_->malformed != Malformed::none) break;
    if (!impl_->parser->is_done() || !impl_->interim()) continue;
    if (impl_->parser->get().result_int() == 101) {  // we never ask to switch
      impl_->malformed = Malformed::bad_request;
      break;
    }
    impl_->restart();
  }
  return taken;
}

void ResponseParser::feed_end() {
  boost::beast::error_code failure = http::error::partial_message;
  if (impl_->parser->is_header_done()) impl_->parser->put_eof(failure);
  if (failure) impl_->judge(failure);
}

Malformed ResponseParser::malformed() const noexcept {
  return impl_->malformed;
}
bool ResponseParser::started() const noexcept {
  return impl_->started;
}
bool ResponseParser::done() const {
  return impl_->parser->is_done() && impl_->malformed == Malformed::none;
}
bool ResponseParser::keep_alive() const {
  return impl_->parser->keep_alive();
}

ClientResponse ResponseParser::take() {
  auto& message = impl_->parser->get();
  ClientResponse response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    response.headers.emplace_back(std::string(name.data(), name.size()),
                                  std::string(value.data(), value.size()));
  }
  response.body = std::move(message.body());
  return response;
}

}  // namespace sluis::gateway::net
