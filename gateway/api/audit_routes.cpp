#include "gateway/api/audit_routes.hpp"

#include <charconv>

#include "gateway/api/access.hpp"
#include "gateway/api/signal_body.hpp"
#include "gateway/audit/folder.hpp"
#include "gateway/audit/log_chain.hpp"
#include "gateway/audit/tiles.hpp"

namespace sluis::gateway::api {

using config::Code;
using config::error;

namespace {

constexpr std::size_t most_records = 1000;
constexpr std::size_t subject_body_bytes = 8192;
constexpr std::string_view officer = "privacy-officer";

class AuditRoutes {
 public:
  AuditRoutes(Services services, AuditReading& reading, std::filesystem::path logs)
      : services_(std::move(services)), reading_(reading), logs_(std::move(logs)) {}

  [[nodiscard]] const Services& services() const { return services_; }

  Task<Response> list(Request request, Caller caller, Trace trace) {
    auto search = search_of(request);
    if (!search) {
      std::vector<config::Error> errors;
      errors.push_back(search.failure());
      co_return co_await refuse(services_, std::move(caller), "audit.read", std::move(errors),
                                std::move(trace));
    }
    auto answer = co_await reading_.list(std::move(search->filter), std::move(search->cursor),
                                         search->most, std::move(caller), std::move(trace));
    co_return answered(answer);
  }

  Task<Response> show(Request request, Caller caller, Trace trace) {
    auto id = request.params["id"];
    if (!config::is_uuid(id)) co_return net::problem(Code::not_found);
    auto answer = co_await reading_.show(std::move(id), std::move(caller), std::move(trace));
    co_return answered(answer);
  }

  Task<Response> subject(Request request, Caller caller, Trace trace) {
    std::vector<config::Error> errors;
    auto asked = read_subject_request(request.body, errors);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(request.body.data()), request.body.size()});
    if (!asked)
      co_return co_await refuse(services_, std::move(caller), "audit.subject", std::move(errors),
                                std::move(trace));
    auto answer = co_await reading_.subject(std::move(*asked), std::move(caller), std::move(trace));
    co_return answered(answer);
  }

  Task<Response> erase(Request request, Caller caller, Trace trace) {
    std::vector<config::Error> errors;
    auto asked = read_subject_request(request.body, errors);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(request.body.data()), request.body.size()});
    if (asked && !asked->person)
      errors.push_back(error(Code::invalid, "is needed: whom nothing must find again", "/person"));
    if (!errors.empty())
      co_return co_await refuse(services_, std::move(caller), "audit.erase", std::move(errors),
                                std::move(trace));
    auto answer =
        co_await reading_.erase(std::move(*asked->person), std::move(caller), std::move(trace));
    co_return answered(answer);
  }

  Task<Response> logs(Request, Caller, Trace) {
    config::Json list = config::Json::array();
    const auto published = audit::published_logs(logs_);
    if (published) {
      for (const auto& log : *published)
        list.push_back({{"name", log.folder.filename().string()}, {"origin", log.origin}});
    }
    co_return Response::json(200, config::Json{{"logs", std::move(list)}});
  }

  Task<Response> checkpoint(Request request, Caller, Trace) {
    co_return file(request.params["log"], "checkpoint", "text/plain; charset=utf-8");
  }

  Task<Response> tile(Request request, Caller caller, Trace trace) {
    const auto log = request.params["log"];
    const auto name = "tile/" + request.params["path"];
    if (audit::is_hash_tile(name)) co_return file(log, name, "application/octet-stream");
    if (!audit::is_bundle(name)) co_return net::problem(Code::not_found);
    auto entries = file(log, name, "application/octet-stream");
    if (entries.status != 200) co_return entries;
    auto record =
        services_.recorder.start("audit.read", audit::Outcome::permit, actor_of(caller), trace);
    record.object = {"entries", log + "/" + name};
    auto act = [this, record = std::move(record)](store::Transaction& tx) {
      services_.recorder.append(tx, record);
      return Nothing{};
    };
    co_await write(services_.store, std::move(act));
    co_return entries;
  }

 private:
  struct Search {
    audit::RecordFilter filter;
    std::string cursor;
    std::size_t most = 100;
  };
  static config::Result<Search> search_of(const Request& request) {
    auto known = audit::RecordFilter::names();
    known.insert(known.end(), {"limit", "cursor"});
    if (const auto fine = request.only_query_parameters(known); !fine) return fine.failure();
    Search search;
    for (const auto name : audit::RecordFilter::names()) {
      const auto value = request.query_parameter(name);
      if (!value) return value.failure();
      if (!*value) continue;
      if (const auto added = search.filter.add(name, **value); !added) return added.failure();
    }
    const auto limit = request.query_parameter("limit"), cursor = request.query_parameter("cursor");
    if (!limit) return limit.failure();
    if (!cursor) return cursor.failure();
    search.cursor = cursor->value_or("");
    const auto text = limit->value_or(std::to_string(search.most));
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), search.most);
    if (wrong != std::errc{} || end != text.data() + text.size() || search.most < 1 ||
        search.most > most_records)
      return error(Code::invalid, "must be 1 to " + std::to_string(most_records), "?limit");
    return search;
  }

  static Response answered(const config::Result<config::Json>& answer) {
    return answer ? Response::json(200, *answer) : net::problem(answer.failure());
  }

  [[nodiscard]] Response file(const std::string& log, const std::string& name,
                              std::string type) const {
    if (!audit::is_log_name(log)) return net::problem(Code::not_found);
    auto bytes = audit::Folder(logs_ / log).read(name);
    if (!bytes) return net::problem(Code::not_found);
    Response response;
    response.content_type = std::move(type);
    response.body = std::move(*bytes);
    return response;
  }

  const Services services_;
  AuditReading& reading_;
  const std::filesystem::path logs_;
};

}  // namespace

void add_audit_routes(net::Router& router, Services services, AuditReading& reading,
                      std::filesystem::path logs) {
  const auto routes = std::make_shared<AuditRoutes>(std::move(services), reading, std::move(logs));
  using Method = Task<Response> (AuditRoutes::*)(Request, Caller, Trace);
  const auto add = [&](const std::string& verb, std::string_view path, Method method,
                       std::size_t bytes) {
    net::RouteLimits limits{bytes, {}};
    if (bytes > 0) limits.content_types = {"application/json"};
    net::Handler handler = [routes, method](Request request) {
      auto serve = [routes, method](Request inner, Caller caller, Trace trace) {
        return (routes.get()->*method)(std::move(inner), std::move(caller), std::move(trace));
      };
      return on(routes->services().home,
                as_caller(routes->services(), officer, std::move(request), std::move(serve)));
    };
    router.add(verb, path, std::move(handler), std::move(limits));
  };
  add("GET", "/v1/audit-records", &AuditRoutes::list, 0);
  add("GET", "/v1/audit-records/{id}", &AuditRoutes::show, 0);
  add("POST", "/v1/subject-requests", &AuditRoutes::subject, subject_body_bytes);
  add("POST", "/v1/subject-erasures", &AuditRoutes::erase, subject_body_bytes);
  add("GET", "/v1/audit-log", &AuditRoutes::logs, 0);
  add("GET", "/v1/audit-log/{log}/checkpoint", &AuditRoutes::checkpoint, 0);
  add("GET", "/v1/audit-log/{log}/tile/{path*}", &AuditRoutes::tile, 0);
}

}  // namespace sluis::gateway::api
