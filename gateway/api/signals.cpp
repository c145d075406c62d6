#include "gateway/api/signals.hpp"

#include "config/json.hpp"
#include "gateway/api/language.hpp"
#include "gateway/api/signal_body.hpp"

namespace sluis::gateway::api {

using config::Code;
using config::error;
using config::Json;
using config::Result;

/// One line of an ndjson body, and its answer.
struct Signals::Line {
  std::size_t number = 0;  // in the body, from 1
  std::string_view text;
  std::vector<config::Error> errors;  // not empty: refused before it was tried
  std::optional<SubmitOutcome> outcome;
  std::string id;
};

namespace {

int status_of(const SubmitOutcome& outcome) {
  if (outcome.kind == SubmitOutcome::Kind::accepted) return 202;
  if (outcome.kind == SubmitOutcome::Kind::repeated) return 200;
  return net::status_of(outcome.failure->code);
}

std::string_view delivery_name(store::Delivery state) {
  switch (state) {
    case store::Delivery::waiting:
      return "waiting";
    case store::Delivery::delivered:
      return "delivered";
    case store::Delivery::refused:
      return "refused";
    case store::Delivery::expired:
      break;
  }
  return "expired";
}

Json delivery_json(const store::OutboxRow& row) {
  Json item{{"state", delivery_name(row.state)},
            {"attempts", row.attempts},
            {"lastError", row.last_error.empty() ? Json(nullptr) : Json(row.last_error)},
            {"receipt", row.receipt.empty() ? Json(nullptr) : Json::parse(row.receipt)}};
  if (row.settled_at) item["settledAt"] = config::format_time(*row.settled_at);
  return item;
}

/// What a problem document says, without HTTP around it.
Json problem_json(const std::vector<config::Error>& errors) {
  return Json::parse(net::problem(errors.front().code, errors.front().detail, errors).body);
}

}  // namespace

Task<Response> Signals::post(Request request, Caller caller, Trace trace) {
  const auto language = language_of(request);
  const auto* type = request.header("content-type");
  const bool many = type != nullptr && type->starts_with("application/x-ndjson");
  auto body = std::move(request.body);
  if (many)
    co_return co_await post_many(std::move(body), language, std::move(caller), std::move(trace));
  if (body.size() > limits_.body_bytes) {
    std::vector<config::Error> errors;
    errors.push_back(error(
        Code::too_large, "one signal is at most " + std::to_string(limits_.body_bytes) + " bytes"));
    co_return co_await refuse(services_, std::move(caller), "signal.submit", std::move(errors),
                              std::move(trace));
  }
  co_return co_await post_one(std::move(body), language, std::move(caller), std::move(trace));
}

Task<Response> Signals::post_one(std::string body, policy::Language language, Caller caller,
                                 Trace trace) {
  std::vector<config::Error> errors;
  const auto standing = services_.region.standing();
  auto signal = read_signal(body, standing->directory->vocabulary(),
                            services_.region.keys()->body_key, services_.region.now(), errors);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(body.data()), body.size()});
  if (!signal)
    co_return co_await refuse(services_, std::move(caller), "signal.submit", std::move(errors),
                              std::move(trace));
  std::vector<Submission> submissions;
  submissions.push_back(std::move(*signal));
  auto outcomes =
      co_await services_.submit.submit(std::move(submissions), std::move(caller), std::move(trace));
  const auto& outcome = outcomes.front();
  if (outcome.failure) co_return net::problem(*outcome.failure);
  auto response = told(status_of(outcome), signal_told(outcome.answer, language), language);
  response.set_header("Location", "/v1/signals/" + outcome.answer["id"].get<std::string>());
  co_return response;
}

Result<Signals::Lines> Signals::split(std::string_view body) const {
  Lines lines;
  std::size_t number = 0;
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    auto text = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    ++number;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) continue;
    if (lines.size() == limits_.batch_lines)
      return error(Code::too_large, "more than " + std::to_string(limits_.batch_lines) + " lines");
    Line line;
    line.number = number;
    line.text = text;
    if (text.size() > limits_.body_bytes)
      line.errors.push_back(
          error(Code::too_large,
                "one signal is at most " + std::to_string(limits_.body_bytes) + " bytes"));
    lines.push_back(std::move(line));
  }
  if (lines.empty()) return error(Code::invalid, "no line with a signal in it");
  return lines;
}

Task<Response> Signals::post_many(std::string body, policy::Language language, Caller caller,
                                  Trace trace) {
  auto split_body = split(body);
  if (!split_body) {
    std::vector<config::Error> errors;
    errors.push_back(split_body.failure());
    co_return co_await refuse(services_, std::move(caller), "signal.submit", std::move(errors),
                              std::move(trace));
  }
  auto& lines = *split_body;
  const auto standing = services_.region.standing();
  std::vector<Submission> submissions;
  std::vector<Line*> tried;
  for (auto& line : lines) {
    if (!line.errors.empty()) continue;
    auto signal =
        read_signal(line.text, standing->directory->vocabulary(), services_.region.keys()->body_key,
                    services_.region.now(), line.errors);
    if (!signal) continue;
    line.id = signal->id.str();
    submissions.push_back(std::move(*signal));
    tried.push_back(&line);
  }
  crypto::wipe({reinterpret_cast<std::uint8_t*>(body.data()), body.size()});
  co_await record_malformed(lines, caller, trace);
  auto outcomes = co_await services_.submit.submit(std::move(submissions), caller, trace);
  for (std::size_t i = 0; i < tried.size(); ++i) tried[i]->outcome = std::move(outcomes[i]);

  Response response;
  response.content_type = "application/x-ndjson";
  name_language(response, language);
  for (auto& line : lines) {
    if (line.outcome && line.outcome->failure) line.errors.push_back(*line.outcome->failure);
    Json answer{{"line", line.number}};
    if (!line.id.empty()) answer["id"] = line.id;
    if (line.errors.empty()) {
      answer["status"] = status_of(*line.outcome);
      answer["signal"] = signal_told(std::move(line.outcome->answer), language);
    } else {
      answer["status"] = net::status_of(line.errors.front().code);
      answer["problem"] = problem_json(line.errors);
    }
    response.body += answer.dump();
    response.body += '\n';
  }
  co_return response;
}

Task<void> Signals::record_malformed(const Lines& lines, const Caller& caller, const Trace& trace) {
  std::uint64_t count = 0;
  const config::Error* first = nullptr;
  for (const auto& line : lines) {
    if (line.errors.empty()) continue;
    ++count;
    if (first == nullptr) first = &line.errors.front();
  }
  if (first == nullptr) co_return;
  // One record for all lines of a request that were no signals: a batch of rubbish is one act.
  auto record = services_.recorder.start("signal.submit", audit::Outcome::deny, actor_of(caller),
                                         trace.child());
  record.count = count;
  co_await services_.recorder.refuse(std::move(record), *first);
}

Task<Response> Signals::get(Request request, Caller, Trace) {
  const auto language = language_of(request);
  const auto id = config::SignalId::parse(request.params["id"]);
  if (!id) co_return net::problem(Code::not_found);
  struct Found {
    std::optional<store::SentSignal> signal;
    std::vector<store::OutboxRow> rows;
  };
  auto look = [id = *id](store::Transaction& tx) {
    Found found{tx.sent_signal(id), {}};
    if (found.signal) found.rows = tx.outbox_of(id);
    return found;
  };
  const auto found = co_await read(services_.store, std::move(look));
  if (!found.signal) co_return net::problem(Code::not_found);
  auto answer = Json::parse(found.signal->answer);
  for (auto& part : answer["partners"])
    for (const auto& row : found.rows)
      if (part["shared"] == true && part["partner"] == row.to.str())
        part["delivery"] = delivery_json(row);
  co_return told(200, signal_told(std::move(answer), language), language);
}

}  // namespace sluis::gateway::api
