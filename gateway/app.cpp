#include "gateway/app.hpp"

#include <spdlog/spdlog.h>
#include <sys/statvfs.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <future>
#include <thread>

#include "gateway/app_parts.hpp"
#include "gateway/store/sqlite.hpp"

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;
using config::Settings;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t disk_reserve_bytes = std::uint64_t{64} * 1024 * 1024;

net::SessionLimits session_limits(const Settings::Limits& limits) {
  net::SessionLimits session;
  session.connections = limits.connections;
  session.idle_ms = seconds(limits.idle_seconds);
  session.request_ms = seconds(limits.request_seconds);
  return session;
}

/// Hands something to the store and waits: at the start, when there is nothing else to do.
template <class HandIn>
Result<void> wait_for(HandIn hand_in) {
  // Shared: the store's thread may still be inside set_value when we have the answer.
  const auto done = std::make_shared<std::promise<void>>();
  hand_in([done](const std::exception_ptr& failure) {
    failure ? done->set_exception(failure) : done->set_value();
  });
  try {
    done->get_future().get();
  } catch (const std::exception& fault) {
    return error(Code::unavailable, std::string("audit log: ") + fault.what());
  }
  return {};
}

/// The log's own check at the start: the program must not add to what does not fit.
Result<void> load_journal(store::Store& store, audit::Journal& journal) {
  std::optional<Result<void>> loaded;
  const auto looked = wait_for([&](store::Store::Done done) {
    store.read([&](store::Transaction& tx) { loaded = journal.load(tx); }, std::move(done));
  });
  return looked ? *loaded : looked;
}

/// A new log's first record: so the log of a gateway that has done nothing yet can be verified, and
/// told from one that was taken away.
/// Then what there is to tell of the policy that was found.
Result<void> begin_log(store::Store& store, const Recorder& recorder, const Region& region,
                       const std::vector<audit::Record>& found) {
  auto record = recorder.start("log.begin", audit::Outcome::permit, this_gateway(region.self()),
                               Trace::fresh());
  return wait_for([&](store::Store::Done done) {
    auto act = [&](store::Transaction& tx) {
      if (tx.log_size() == 0) recorder.append(tx, record);
      for (const auto& each : found) recorder.append(tx, each);
    };
    store.write(std::move(act), std::move(done));
  });
}

}  // namespace

Result<void> App::Parts::open_store() {
  std::error_code failed;
  std::filesystem::create_directories(settings.data, failed);
  if (failed) return error(Code::unavailable, settings.data.string() + ": " + failed.message());
  auto opened = store::open_sqlite(settings.data / "sluis.db", journal);
  if (!opened) return opened.failure();
  store = std::move(*opened);
  if (auto loaded = load_journal(*store, journal); !loaded) return loaded;
  // Not before the log is known to fit: it would publish, over a folder that does, what does not.
  publisher = std::make_unique<audit::Publisher>(*store, settings.data / "audit");
  journal.on_commit([this] { publisher->wake(); });
  return {};
}

void App::Parts::build_core() {
  const auto executor = home().get_executor();
  curve = std::make_unique<CurvePool>(settings.threads.curve);
  recorder = std::make_unique<Recorder>(region, *store);
  tally = std::make_unique<RefusalTally>(*recorder, *store);
  tokens = std::make_unique<TokenFile>(settings.tokens);
  peers = std::make_unique<peer::PeerClient>(home(), region, client_tls, net::ClientLimits{});
  evaluator = std::make_unique<Evaluator>(executor, region, *peers, *curve);
  CourierLimits delivery;
  delivery.retry_first_ms = settings.delivery.retry_first_ms;
  delivery.retry_most_seconds = settings.delivery.retry_most_seconds;
  courier = std::make_unique<Courier>(executor, region, *store, *peers, *recorder, delivery);
  submit = std::make_unique<Submit>(region, *store, *evaluator, *curve, *recorder,
                                    [this](const config::PartnerId& to) { courier->wake(to); });
  anomalies = std::make_unique<Anomalies>(region, *store, *recorder);
  query = std::make_unique<Query>(region, *store, *evaluator, *recorder);
  query->watch_with(*anomalies);
  receive = std::make_unique<Receive>(region, *store, *curve, *recorder);
  evaluations = std::make_unique<AnswerEvaluation>(
      region, *store, *curve, *recorder,
      RateLimits{settings.alarm.elements, settings.alarm.times_habit});
  reopening = std::make_unique<Reopening>(region, *store, *recorder);
  holders = std::make_unique<HolderWatch>(executor, region, *peers);
  key_keeper = std::make_unique<KeyKeeper>(executor, region, *peers, *curve, *store, *recorder,
                                           std::move(key_files), settings.data);
  evaluator->renew_with([this] { return key_keeper->renew(); });
  witnessing = std::make_unique<Witnessing>(
      executor, region, *store, journal, *recorder, *peers, settings.data / "audit",
      WitnessLimits{seconds(settings.audit.witness_seconds), seconds(settings.audit.late_seconds)});
  audit_reading = std::make_unique<AuditReading>(region, *store, *evaluator, *curve, *recorder);
  file_bell = std::make_unique<Bell>(executor);
  files_watched = std::make_unique<Latch>(executor, 1);
}

Result<void> App::Parts::open_listeners() {
  std::vector<asio::io_context*> all;
  for (auto& context : contexts) all.push_back(context.get());
  const auto limits = session_limits(settings.limits);
  const auto executor = home().get_executor();
  // What no handler saw is recorded too; who it was is not known, so it is counted together.
  const auto refused_at = [this](const std::string& door) {
    return [this, door](net::Refused what, std::string_view reason, const std::string&) {
      tally->note(door + (what == net::Refused::client ? ".connect" : ".request"), reason);
    };
  };

  const auto api_router =
      std::make_shared<net::Router>(std::vector<net::Header>{{"API-Version", "1.0.0"}});
  const api::Services services{executor, region,    *store, *submit,
                               *query,   *recorder, *tally, *tokens};
  api::add_routes(
      *api_router, services,
      {settings.limits.body_bytes, settings.limits.batch_bytes, settings.limits.batch_lines});
  api::add_audit_routes(*api_router, services, *audit_reading, settings.data / "audit");
  api::add_policy_routes(*api_router, services, settings);
  api = std::make_unique<net::Listener>(all, settings.listen.api.str(), api_tls, api_router, limits,
                                        refused_at("api"));

  const auto peer_router = std::make_shared<net::Router>();
  peer::add_routes(*peer_router,
                   {executor, region, *evaluations, *receive, *key_keeper, *recorder});
  peer::add_witness_routes(*peer_router,
                           {executor, region, *store, *recorder, settings.data / "audit"});
  peer = std::make_unique<net::Listener>(all, settings.listen.peer.str(), peer_tls, peer_router,
                                         limits, refused_at("peer"));

  const auto operator_router = std::make_shared<net::Router>();
  add_operator_routes(*operator_router, region, *store, *key_keeper, [this] { return checks(); });
  add_witness_status(*operator_router, region, *witnessing);
  operators = std::make_unique<net::Listener>(home(), settings.listen.operators.str(), std::nullopt,
                                              operator_router, limits);
  for (auto* listener : {peer.get(), api.get(), operators.get()})
    if (auto opened = listener->open(); !opened) return opened;
  for (auto* listener : {peer.get(), api.get(), operators.get()}) listener->start();
  return {};
}

std::vector<Check> App::Parts::checks() {
  const auto standing = region.standing();
  const auto usable = standing->directory->usable_at(region.now());
  struct statvfs disk {};
  const bool known = ::statvfs(settings.data.c_str(), &disk) == 0;
  const auto free = known ? std::uint64_t{disk.f_bavail} * disk.f_frsize : 0;
  const auto left = std::chrono::floor<std::chrono::days>(
      std::min(api_tls.expires(), peer_tls.expires()) - std::chrono::system_clock::now());
  return {{"store", store->healthy(), store->healthy() ? "writes" : "the last write failed"},
          {"directory", usable.ok(),
           usable ? "valid until " + config::format_time(standing->directory->valid_until())
                  : usable.failure().detail},
          {"holders", holders->ready(),
           holders->ready() ? "enough answer" : "fewer holders answer than the threshold"},
          keys_check(key_keeper->status()),
          {"disk", free > disk_reserve_bytes, std::to_string(free / 1024 / 1024) + " MiB free"},
          {"certificate", left.count() > 0, std::to_string(left.count()) + " days left"},
          {"audit", publisher->healthy(), publisher->healthy() ? "published" : "not published"},
          {"guard", journal.guarded(), journal.guarded() ? "written" : "not written"},
          {"running", !stopping, stopping ? "stopping" : "serving"}};
}

Task<void> App::Parts::shut_down() {
  if (stopping) co_return;
  stopping = true;
  spdlog::info("stopping: finishing what is under way");
  const auto deadline = std::chrono::steady_clock::now() + seconds(settings.limits.drain_seconds);
  const bool api_ended = co_await api->drain(deadline);
  co_await courier->stop();
  co_await holders->stop();
  co_await key_keeper->stop();
  co_await witnessing->stop();
  file_bell->ring();
  co_await files_watched->wait();
  const bool peer_ended = co_await peer->drain(deadline);
  const bool operators_ended = co_await operators->drain(deadline);
  drained = api_ended && peer_ended && operators_ended;
  peers->close();
  co_await evaluator->stop();
  for (auto& context : contexts) context->stop();
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::create(Settings settings) {
  if (const auto missing = settings.missing_files(); !missing.empty())
    return error(Code::not_found, missing.front().pointer + ": " + missing.front().detail);
  auto own = GatewayKeys::read(settings);
  if (!own) return own.failure();
  if (!own->sealed_at_rest)
    spdlog::warn(
        "{}: is not sealed: whoever reads this disk or a backup of it has this gateway's keys; "
        "`sluis keys seal` seals it with a passphrase",
        settings.keys.string());
  const auto keys = std::make_shared<const GatewayKeys>(std::move(*own));
  std::error_code failed;
  std::filesystem::create_directories(settings.data, failed);
  if (failed) return error(Code::unavailable, settings.data.string() + ": " + failed.message());
  auto standing = read_standing(settings, *keys, config::SystemClock().now());
  if (!standing) return standing.failure();
  auto files = KeyFiles::open(key_folder(settings), keys->store_key);
  if (!files) return files.failure();
  const auto sides = TlsSides::of(settings);
  if (!sides) return sides.failure();
  auto api = net::ServerTls::load(sides->api, net::ClientCert::none);
  if (!api) return api.failure();
  auto peer = net::ServerTls::load(sides->peer, net::ClientCert::required);
  if (!peer) return peer.failure();
  auto client = net::ClientTls::load(sides->client);
  if (!client) return client.failure();
  auto parts = std::make_unique<Parts>(std::move(settings), keys, std::move(standing->standing),
                                       std::move(*files), std::move(*api), std::move(*peer),
                                       std::move(*client));
  if (auto opened = parts->open_store(); !opened) return opened.failure();
  parts->build_core();
  const auto found = tell_policy(parts->settings, *parts->recorder, standing->policy);
  if (auto begun = begin_log(*parts->store, *parts->recorder, parts->region, found); !begun)
    return begun.failure();
  if (auto kept = keep_policy(parts->settings, standing->policy); !kept) return kept.failure();
  return std::unique_ptr<App>(new App(std::move(parts)));
}

Result<void> App::run() {
  auto& parts = *parts_;
  auto& home = parts.home();
  asio::basic_signal_set<Executor> signals(home.get_executor(), SIGTERM, SIGINT);
  if (auto opened = parts.open_listeners(); !opened) {
    parts.publisher->stop();
    parts.store->stop();
    return opened;
  }
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    if (!failed) asio::co_spawn(home, parts.shut_down(), asio::detached);
  });
  parts.holders->start();
  parts.key_keeper->start();
  parts.witnessing->start();
  parts.courier->start();
  asio::co_spawn(home, parts.watch_files(), asio::detached);
  spdlog::info("{}: serving /v1 on {}, /peer/v1 on {}, health on {}",
               parts.settings.organisation.str(), parts.settings.listen.api.str(),
               parts.settings.listen.peer.str(), parts.settings.listen.operators.str());

  std::vector<asio::executor_work_guard<Executor>> guards;
  for (auto& context : parts.contexts) guards.emplace_back(context->get_executor());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < parts.contexts.size(); ++i)
    threads.emplace_back([&context = *parts.contexts[i]] { context.run(); });
  home.run();
  for (auto& thread : threads) thread.join();

  parts.tally->flush(true);
  auto published = parts.publisher->flush(seconds(parts.settings.limits.drain_seconds));
  parts.publisher->stop();
  parts.store->stop();
  spdlog::info("stopped");
  if (!published) return published;
  if (!parts.drained) return error(Code::unavailable, "some requests were cut off at the deadline");
  return {};
}

}  // namespace sluis::gateway
