#include "gateway/peer/wire.hpp"

#include "config/encoded.hpp"
#include "config/object_reader.hpp"
#include "crypto/encoding.hpp"

namespace sluis::gateway::peer {

using config::Code;
using config::error;
using config::Json;
using config::ObjectReader;
using config::Result;

namespace {

Json encoded(const std::vector<crypto::Array<32>>& elements) {
  Json list = Json::array();
  for (const auto& element : elements) list.push_back(crypto::base64url(element));
  return list;
}

/// {"<name>":[…]} with at most `most` items, each read by `read`.
template <class Read>
auto read_items(std::string_view body, const std::string& name, std::size_t most, Read read)
    -> Result<std::vector<std::remove_cvref_t<decltype(*read(Json{}))>>> {
  auto json = config::parse_json(body);
  if (!json) return json.failure();
  if (!json->is_object() || json->size() != 1 || !json->contains(name) || !(*json)[name].is_array())
    return error(Code::invalid, "must be an object with the list \"" + name + "\" alone");
  const auto& list = (*json)[name];
  if (list.empty() || list.size() > most)
    return error(list.empty() ? Code::invalid : Code::too_large,
                 "must have 1 to " + std::to_string(most) + " items", "/" + name);
  std::vector<std::remove_cvref_t<decltype(*read(Json{}))>> items;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto item = read(list[i]);
    if (!item) {
      auto why = item.failure();
      why.pointer.insert(0, "/" + name + "/" + std::to_string(i));
      return why;
    }
    items.push_back(std::move(*item));
  }
  return items;
}

template <class Item>
std::string list_body(const std::string& name, const std::vector<Item>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(item.to_json());
  return Json{{name, std::move(list)}}.dump();
}

}  // namespace

std::string evaluation_request(const EvaluationRequest& request) {
  Json holders = Json::array();
  for (const auto& holder : request.holders) holders.push_back(holder.str());
  return Json{{"domain", request.key.domain.str()}, {"epoch", request.key.epoch.str()},
              {"generation", request.generation},   {"use", request.key.use},
              {"holders", std::move(holders)},      {"blinded", encoded(request.blinded)}}
      .dump();
}

Result<EvaluationRequest> read_evaluation_request(std::string_view body) {
  auto json = config::parse_json(body);
  if (!json) return json.failure();
  if (json->is_object() && json->contains("blinded") && (*json)["blinded"].size() > max_elements)
    return error(Code::too_large, "must have at most " + std::to_string(max_elements) + " elements",
                 "/blinded");
  std::vector<config::Error> errors;
  std::optional<EvaluationRequest> request;
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    auto domain = in.parsed("domain", config::DomainId::parse);
    auto epoch = in.parsed("epoch", config::EpochId::parse);
    const auto generation = in.integer("generation");
    auto use = in.choice("use", {"tag", "lock"});
    auto holders = in.parsed_list("holders", {2, 255}, config::PartnerId::parse);
    auto blinded = in.parsed_list("blinded", {1, max_elements}, config::parse_bytes<32>);
    if (domain && epoch)
      request = EvaluationRequest{
          {*domain, *epoch, std::move(use)}, generation, std::move(holders), std::move(blinded)};
  });
  if (!errors.empty()) return std::move(errors.front());
  return std::move(*request);
}

std::string evaluation_answer(std::uint64_t generation, const crypto::Evaluation& evaluation) {
  return Json{{"generation", generation},
              {"evaluated", encoded(evaluation.elements)},
              {"proof", crypto::base64url(evaluation.proof)}}
      .dump();
}

Result<crypto::Evaluation> read_evaluation_answer(std::string_view body, std::uint64_t generation,
                                                  std::size_t expected) {
  auto json = config::parse_json(body);
  if (!json) return json.failure();
  std::vector<config::Error> errors;
  crypto::Evaluation evaluation;
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    if (in.integer("generation") != generation) in.fault("generation", "is not the one asked for");
    evaluation.elements =
        in.parsed_list("evaluated", {expected, expected}, config::parse_bytes<32>);
    if (const auto proof = in.parsed("proof", config::parse_bytes<64>)) evaluation.proof = *proof;
  });
  if (!errors.empty()) return std::move(errors.front());
  return evaluation;
}

std::string envelopes_body(const std::vector<Envelope>& envelopes) {
  return list_body("envelopes", envelopes);
}
Result<std::vector<Envelope>> read_envelopes(std::string_view body) {
  return read_items(body, "envelopes", max_envelopes, &Envelope::from_json);
}
std::string receipts_body(const std::vector<Receipt>& receipts) {
  return list_body("receipts", receipts);
}
Result<std::vector<Receipt>> read_receipts(std::string_view body) {
  return read_items(body, "receipts", max_envelopes, &Receipt::from_json);
}

namespace {

std::vector<RoundMessage> read_messages(ObjectReader& in, std::vector<config::Error>& errors) {
  std::vector<RoundMessage> messages;
  const auto* list = in.any("messages");
  if (list == nullptr || !list->is_array() || list->size() > max_round_messages) {
    in.fault("messages", "must be a list of at most 4,096 messages");
    return messages;
  }
  for (std::size_t i = 0; i < list->size(); ++i)
    if (auto message = RoundMessage::parse((*list)[i], "/messages/" + std::to_string(i), errors))
      messages.push_back(std::move(*message));
  return messages;
}

Json messages_json(const std::vector<RoundMessage>& messages) {
  Json list = Json::array();
  for (const auto& message : messages) list.push_back(message.json());
  return list;
}

}  // namespace

std::string dealing_body(const Dealing& dealing) {
  return Json{{"domain", dealing.key.key.domain.str()},
              {"epoch", dealing.key.key.epoch.str()},
              {"use", dealing.key.key.use},
              {"generation", dealing.key.generation},
              {"attempt", dealing.attempt},
              {"messages", messages_json(dealing.messages)}}
      .dump();
}

Result<Dealing> read_dealing(std::string_view body) {
  auto json = config::parse_json(body);
  if (!json) return json.failure();
  std::vector<config::Error> errors;
  std::optional<Dealing> dealing;
  ObjectReader::read(*json, "", errors, [&](ObjectReader& in) {
    auto domain = in.parsed("domain", config::DomainId::parse);
    auto epoch = in.parsed("epoch", config::EpochId::parse);
    auto use = in.choice("use", {"tag", "lock"});
    const auto generation = in.integer("generation", {1});
    const auto attempt = in.integer("attempt", {1});
    auto messages = read_messages(in, errors);
    if (domain && epoch)
      dealing =
          Dealing{{{*domain, *epoch, std::move(use)}, generation}, attempt, std::move(messages)};
  });
  if (!errors.empty()) return std::move(errors.front());
  return std::move(*dealing);
}

std::string dealing_answer(const std::vector<RoundMessage>& messages) {
  return Json{{"messages", messages_json(messages)}}.dump();
}

Result<std::vector<RoundMessage>> read_dealing_answer(std::string_view body) {
  auto json = config::parse_json(body);
  if (!json) return json.failure();
  std::vector<config::Error> errors;
  std::vector<RoundMessage> messages;
  ObjectReader::read(*json, "", errors,
                     [&](ObjectReader& in) { messages = read_messages(in, errors); });
  if (!errors.empty()) return std::move(errors.front());
  return messages;
}

}  // namespace sluis::gateway::peer
