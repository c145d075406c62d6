// The way to partners' gateways: core's Peers over HTTP and mutual TLS.
#pragma once

#include <map>
#include <memory>

#include "gateway/core/peers.hpp"
#include "gateway/core/region.hpp"
#include "gateway/core/witnessing.hpp"
#include "gateway/net/client.hpp"

namespace sluis::gateway::peer {

/// One client a partner, with kept connections, made when it is first needed and made anew when the
/// directory gives another address. The partner's certificate must bear the OIN that the directory
/// gives it. All calls on one executor.
class PeerClient final : public Peers, public WitnessPeers {
 public:
  PeerClient(asio::io_context& context, const Region& region, net::ClientTls tls,
             net::ClientLimits limits);
  ~PeerClient() override;

  Task<config::Result<crypto::Evaluation>> evaluate(const config::PartnerId& holder,
                                                    const EvaluationRequest& request) override;
  Task<config::Result<std::vector<Receipt>>> deliver(
      const config::PartnerId& to, const std::vector<Envelope>& envelopes) override;
  Task<config::Result<std::vector<RoundMessage>>> deal(const config::PartnerId& to,
                                                       const Dealing& dealing) override;
  Task<config::Result<std::vector<KeyRecord>>> domain_keys(
      const config::PartnerId& partner) override;
  Task<bool> alive(const config::PartnerId& partner) override;
  Task<config::Result<Answer>> add_checkpoint(const config::PartnerId& partner,
                                              std::string body) override;
  Task<config::Result<Answer>> last_checkpoint(const config::PartnerId& partner,
                                               std::string origin_hash) override;
  /// Closes every connection; requests that are under way end with `unavailable`.
  void close();

 private:
  struct Line;
  config::Result<std::shared_ptr<net::HttpClient>> client_for(const config::PartnerId& partner);
  Task<config::Result<Answer>> witness(const config::PartnerId& partner,
                                       net::ClientRequest request);
  Task<config::Result<std::string>> post(const config::PartnerId& partner, std::string path,
                                         std::string body);

  asio::io_context& context_;
  const Region& region_;
  const net::ClientTls tls_;
  const net::ClientLimits limits_;
  std::map<config::PartnerId, Line> lines_;
};

}  // namespace sluis::gateway::peer
