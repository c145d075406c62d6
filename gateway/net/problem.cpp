#include "gateway/net/problem.hpp"

namespace sluis::gateway::net {
namespace {

using config::Code;
using config::Json;

constexpr auto retry_after_unavailable_s = "5";

Json error_entry(const config::Error& error) {
  Json entry = Json::object();
  if (error.pointer.starts_with('?')) {
    entry["in"] = "query";
    if (error.pointer.size() > 1) entry["name"] = error.pointer.substr(1);
  } else {
    entry["in"] = "body";
    entry["pointer"] = error.pointer;
  }
  entry["code"] = config::code_name(error.code);
  entry["detail"] = error.detail;
  return entry;
}

Response make(int status, std::string_view code, std::string_view title, std::string detail,
              const std::vector<config::Error>& errors) {
  Json body = Json::object();
  body["status"] = status;
  body["title"] = title;
  body["detail"] = detail.empty() ? std::string(title) : std::move(detail);
  body["code"] = code;
  if (!errors.empty()) {
    Json& list = body["errors"] = Json::array();
    for (const auto& error : errors) list.push_back(error_entry(error));
  }
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.code = code;
  // A detail that is not UTF-8 is our own slip; it must not cost the caller the answer.
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

}  // namespace

int status_of(Code code) noexcept {
  switch (code) {
    case Code::invalid:
    case Code::bad_signature:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::forbidden:
    case Code::expired:
      return 403;
    case Code::not_found:
      return 404;
    case Code::conflict:
    case Code::generation:
    case Code::id_reused:
    case Code::unknown_seal_key:
      return 409;
    case Code::too_large:
      return 413;
    case Code::over_budget:
      return 429;
    case Code::bad_proof:
      return 502;
    case Code::holders_unreachable:
    case Code::unavailable:
      return 503;
    case Code::internal:
      break;
  }
  return 500;
}

Response problem(Code code, std::string detail, const std::vector<config::Error>& errors) {
  const int status = status_of(code);
  auto response = make(status, config::code_name(code), config::public_message(code),
                       std::move(detail), errors);
  if (status == 503) response.set_header("Retry-After", retry_after_unavailable_s);
  return response;
}

Response problem(const config::Error& why) {
  std::vector<config::Error> errors;
  if (!why.pointer.empty()) errors.push_back(why);
  auto response = problem(why.code, why.detail, errors);
  if (why.retry_after_seconds > 0)
    response.set_header("Retry-After", std::to_string(why.retry_after_seconds));
  return response;
}

Response problem(int status, std::string_view code, std::string_view title) {
  return make(status, code, title, {}, {});
}

}  // namespace sluis::gateway::net
