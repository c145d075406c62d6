// All that one `sluisd` consists of. For the sources of App alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/time.hpp"
#include "gateway/api/audit_routes.hpp"
#include "gateway/api/policy_routes.hpp"
#include "gateway/api/routes.hpp"
#include "gateway/app.hpp"
#include "gateway/audit/journal.hpp"
#include "gateway/audit/publisher.hpp"
#include "gateway/core/courier.hpp"
#include "gateway/core/holder_watch.hpp"
#include "gateway/core/key_keeper.hpp"
#include "gateway/core/reopening.hpp"
#include "gateway/core/standing_files.hpp"
#include "gateway/net/listener.hpp"
#include "gateway/operator_routes.hpp"
#include "gateway/peer/client.hpp"
#include "gateway/peer/routes.hpp"
#include "gateway/peer/witness_routes.hpp"

namespace sluis::gateway {

/// What each of the three sides of TLS shows and asks, with one certificate.
struct TlsSides {
  net::TlsFiles api, peer;
  net::ClientTlsFiles client;

  /// With the token's PIN, read from where the settings say. A key in a file must be its owner's.
  static config::Result<TlsSides> of(const config::Settings& settings);
};

/// Another text whenever one of the files was replaced.
std::string tls_version(const config::Settings& settings);
std::string key_version(const config::Settings& settings);

/// In the order of construction; destruction runs the other way.
struct App::Parts {
  Parts(config::Settings from, std::shared_ptr<const GatewayKeys> keys, Standing standing,
        KeyFiles files, net::ServerTls for_api, net::ServerTls for_peer, net::ClientTls client)
      : settings(std::move(from)),
        seen{standing_version(settings), key_version(settings), tls_version(settings)},
        keys_in_file(std::move(keys)),
        region(settings.organisation, keys_in_file, clock, std::move(standing)),
        key_files(std::move(files)),
        journal(keys_in_file->log,
                region.standing()->directory->partner(settings.organisation)->oin, clock,
                settings.guard),
        api_tls(std::move(for_api)),
        peer_tls(std::move(for_peer)),
        client_tls(std::move(client)) {
    contexts.push_back(std::make_unique<asio::io_context>(1));
    for (unsigned i = 1; i < settings.threads.network; ++i)
      contexts.push_back(std::make_unique<asio::io_context>(1));
  }

  [[nodiscard]] asio::io_context& home() { return *contexts.front(); }
  config::Result<void> open_store();
  void build_core();
  config::Result<void> open_listeners();
  std::vector<Check> checks();
  Task<void> watch_files();
  Task<bool> look_at_files();  // true: another standing is in force
  void look_at_certificates();
  Task<bool> look_at_keys();
  void put_in_force(Standing fresh);
  Task<void> shut_down();

  config::Settings settings;
  config::SystemClock clock;
  struct {
    std::string standing, keys, tls;
  } seen;                                           // the versions of the files read last
  std::shared_ptr<const GatewayKeys> keys_in_file;  // in force once a directory fits them
  Region region;
  KeyFiles key_files;
  audit::Journal journal;
  net::ServerTls api_tls, peer_tls;
  net::ClientTls client_tls;
  std::vector<std::unique_ptr<asio::io_context>> contexts;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<audit::Publisher> publisher;
  std::unique_ptr<CurvePool> curve;
  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<RefusalTally> tally;
  std::unique_ptr<TokenFile> tokens;
  std::unique_ptr<peer::PeerClient> peers;
  std::unique_ptr<Evaluator> evaluator;
  std::unique_ptr<Courier> courier;
  std::unique_ptr<Submit> submit;
  std::unique_ptr<Anomalies> anomalies;
  std::unique_ptr<Query> query;
  std::unique_ptr<Receive> receive;
  std::unique_ptr<AnswerEvaluation> evaluations;
  std::unique_ptr<Reopening> reopening;
  std::unique_ptr<HolderWatch> holders;
  std::unique_ptr<KeyKeeper> key_keeper;
  std::unique_ptr<Witnessing> witnessing;
  std::unique_ptr<AuditReading> audit_reading;
  std::unique_ptr<net::Listener> api, peer, operators;
  std::unique_ptr<Bell> file_bell;
  std::unique_ptr<Latch> files_watched;
  bool stopping = false;
  bool drained = true;
};

}  // namespace sluis::gateway
