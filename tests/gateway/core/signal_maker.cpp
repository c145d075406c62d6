#include "signal_maker.hpp"

#include <algorithm>

#include "crypto/content.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "gateway/core/opening.hpp"
#include "gateway/core/trace.hpp"
#include "tests/config/region_fixture.hpp"

namespace sluis::gateway::test {
namespace {

std::string oin_of(const std::string& id) {
  static const auto directory = sluis::test::directory();
  return directory.partner(partner(id))->oin.str();
}

store::Link make_link(const SignalMessage& message, const crypto::ContentKey& content_key,
                      const std::string& epoch, const std::string& kind, const std::string& value,
                      const Outputs& outputs) {
  store::Link link{kind,
                   config::EpochId::parse(epoch).value(),
                   crypto::tag_of(outputs("tag", epoch, kind, value)),
                   {},
                   {}};
  const auto secret = outputs("lock", epoch, kind, value);
  for (const auto k : std::initializer_list<std::uint8_t>{2, 3}) {
    const crypto::Lock lock(secret, k);
    const auto share = lock.share_for(oin_of(message.from.str()));
    link.shares.push_back({k, share.y, share.check});
    if (k != message.reveal) continue;
    const crypto::WrapPlace place{{message.from.str(), message.to.str(), message.id.str()},
                                  message.domain.str(),
                                  epoch,
                                  kind,
                                  k};
    const auto wrapped = crypto::wrap(lock.wrap_key(), content_key, place);
    link.wrapped = {k, wrapped.nonce, wrapped.box};
  }
  return link;
}

}  // namespace

crypto::Array<64> hashed_output(const std::string& use, const std::string& epoch,
                                const std::string& kind, const std::string& value) {
  const auto zero = crypto::as_view(crypto::zero_byte);
  return crypto::sha512({crypto::as_view(use), zero, crypto::as_view(epoch), zero,
                         crypto::as_view(kind), zero, crypto::as_view(value)});
}

crypto::Array<64> true_output(const std::string& use, const std::string& epoch,
                              const std::string& kind, const std::string& value) {
  return single_key_output(use, crypto::oprf_input("zvh", epoch, use, kind, value));
}

SignalMessage make_message(const SignalPlan& plan, config::Timestamp now, const Outputs& outputs) {
  const auto content_key = crypto::ContentKey::random();
  SignalMessage message{.envelope = config::EnvelopeId::random(),
                        .from = partner(plan.from),
                        .to = partner("zvh"),
                        .created_at = now,
                        .id = config::SignalId::random(),
                        .domain = config::DomainId::parse("zvh").value(),
                        .theme = plan.theme,
                        .purpose = "persoonsgerichte-aanpak",
                        .legal_basis = "wmo",
                        .expires_at = now + std::chrono::days(180),
                        .traceparent = Trace::fresh().traceparent(),
                        .reveal = static_cast<std::uint8_t>(plan.reveal),
                        .links = {},
                        .commitment = {},
                        .content_nonce = {},
                        .content_box = {},
                        .content_key = {}};
  message.commitment = crypto::commitment(message.id.str(), content_key);
  const auto text = plan.content.dump();
  const auto sealed = crypto::seal_content(content_key, crypto::as_view(text),
                                           {plan.from, "zvh", message.id.str()});
  message.content_nonce = sealed.nonce;
  message.content_box = sealed.box;
  for (const auto& epoch : plan.epochs)
    for (const auto& [kind, value] : plan.keys)
      message.links.push_back(make_link(message, content_key, epoch, kind, value, outputs));
  if (plan.reveal == 1) {
    message.content_key.emplace();
    std::ranges::copy(content_key.reveal(), message.content_key->begin());
  }
  return message;
}

store::ReceivedSignal row_of(const Region& receiver, const SignalMessage& message) {
  auto row = store::test::received_signal(message.from.str(), message.links);
  row.id = message.id;
  row.envelope = message.envelope;
  row.domain = message.domain;
  row.theme = message.theme;
  row.purpose = message.purpose;
  row.created_at = row.received_at = message.created_at;
  row.expires_at = row.keep_until = message.expires_at;
  row.reveal = message.reveal;
  row.commitment = message.commitment;
  row.content_nonce = message.content_nonce;
  row.content_box =
      seal_content_box(*receiver.keys(), message.from, message.id, message.content_box);
  if (message.content_key) {
    row.opened_key =
        seal_content_key(*receiver.keys(), message.from, message.id, *message.content_key);
    row.opened_at = message.created_at;
  }
  return row;
}

store::ReceivedSignal make_row(const Region& receiver, const SignalPlan& plan,
                               const Outputs& outputs) {
  return row_of(receiver, make_message(plan, receiver.now(), outputs));
}

Envelope enclose(const SignalMessage& message) {
  return seal_envelope(message, seal_key(message.to.str()).public_key(),
                       sluis::test::signing_key(message.from.str() + " sign"))
      .value();
}

}  // namespace sluis::gateway::test
