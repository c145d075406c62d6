// sluis audit subject, erase: what the log has of one person or case.
#include <fstream>
#include <istream>
#include <ostream>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/audit_family.hpp"
#include "gateway/cli/target.hpp"

namespace sluis::gateway::cli {

using config::Code;
using config::error;
using config::Json;
using config::Result;

namespace {

constexpr std::size_t most_request_bytes = 8192;

struct SubjectOptions {
  TargetOptions target;
  std::string file = "-";
  std::filesystem::path annex;
  bool json = false;
};

/// The request's body. The person stands in it: nothing of it goes into an error.
Result<std::string> read_request(const std::string& file, Console& console) {
  std::ifstream opened;
  if (file != "-") opened.open(file);
  auto& in = file == "-" ? console.in : opened;
  std::string body(most_request_bytes + 1, '\0');
  in.read(body.data(), static_cast<std::streamsize>(body.size()));
  body.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (body.empty() || body.size() > most_request_bytes) {
    return error(Code::invalid,
                 R"(no request; give {"person":{…}} or {"case":"…"} in a file or on stdin)");
  }
  return body;
}

Result<Json> ask(const SubjectOptions& options, const std::string& path, Console& console) {
  const auto target = options.target.resolve(officer_client);
  if (!target) return target.failure();
  auto body = read_request(options.file, console);
  if (!body) return body.failure();
  auto client = ApiClient::open(*target);
  if (!client) return client.failure();
  const auto reply = client->call("POST", path, "application/json", std::move(*body));
  if (!reply) return reply.failure();
  return json_of(*reply);
}

/// For the letter, and so in the words of whoever gets it: who else works here is left out.
std::string annex_line(const Json& placed) {
  const auto& record = field_at(placed, "record");
  const auto action = text_at(record, "action"), outcome = text_at(record, "outcome");
  const auto partner = text_at(record, "counterparty");
  const auto role = text_at(field_at(record, "actor"), "role");
  std::string what = action;
  if (action == "signal.submit") {
    what = (outcome == "permit" ? "Signaal gedeeld met " : "Signaal niet gedeeld met ") + partner;
  } else if (action == "envelope.receive") {
    what = "Signaal ontvangen van " + partner;
  } else if (action == "person.query") {
    what = "Gegevens opgevraagd door een medewerker met de rol " + role;
  } else if (action == "audit.subject") {
    what = "Opgezocht voor een verzoek om inzage";
  } else if (action == "anomaly") {
    what = "Melding aan de privacyfunctionaris over een opvraging";
  }
  std::string line = text_at(record, "at").substr(0, 10) + "  " + printable(what);
  const auto add = [&line](const char* label, const std::string& text) {
    if (!text.empty()) line += "\n            " + (label + printable(text));
  };
  add("doel: ", text_at(record, "purpose"));
  add("grondslag: ", text_at(record, "legalBasis"));
  add("regel: ", text_at(record, "rule"));
  add("nummer in het logboek: ", text_at(record, "id"));
  return line + "\n";
}

Result<void> write_annex(const std::filesystem::path& path, const Json& answer) {
  std::ofstream out(path, std::ios::binary);
  out << "Bijlage: wat over u is vastgelegd\n\n";
  for (const auto& placed : list_at(answer, "records")) out << annex_line(placed) << '\n';
  if (list_at(answer, "records").empty()) out << "Er is niets over u vastgelegd.\n\n";
  if (!list_at(answer, "endedEpochs").empty()) {
    out << "Wat is ontvangen in een periode waarvan de sleutels zijn vernietigd, is niet meer\n"
           "aan een persoon te verbinden en staat hier daarom niet bij.\n";
  }
  out.flush();
  if (!out) return error(Code::unavailable, path.string() + ": cannot be written");
  return {};
}

Outcome subject(const SubjectOptions& options, Console& console) {
  const auto answer = ask(options, "/v1/subject-requests", console);
  if (!answer) return answer.failure();
  if (!options.annex.empty()) {
    if (const auto written = write_annex(options.annex, *answer); !written)
      return written.failure();
  }
  const auto& records = list_at(*answer, "records");
  if (options.json) {
    print_json(console, nlohmann::ordered_json(*answer));
    return Exit::fine;
  }
  print_records(console.out, std::vector<Json>(records.begin(), records.end()));
  for (const auto& epoch : list_at(*answer, "endedEpochs")) {
    if (epoch.is_string())
      console.out << "not findable any more: what was received in "
                  << printable(epoch.get<std::string>()) << ", which has ended\n";
  }
  return Exit::fine;
}

Outcome erase(const SubjectOptions& options, Console& console) {
  const auto answer = ask(options, "/v1/subject-erasures", console);
  if (!answer) return answer.failure();
  if (options.json) {
    print_json(console, nlohmann::ordered_json(*answer));
  } else {
    console.out << grouped(number_at(*answer, "erased"))
                << " records can no longer be found by this person; the log is as it was\n";
  }
  return Exit::fine;
}

}  // namespace

void add_audit_subject(CLI::App& family, Session& session) {
  auto asked = std::make_shared<SubjectOptions>();
  auto* ask_command =
      add_command(family, "subject", "all that was recorded about a person, or a case",
                  "sluis audit subject --region demo --as zvh person.json --annex annex.txt");
  ask_command->add_option("FILE", asked->file, "{\"person\":{…}} or {\"case\":…}; - is stdin (-)");
  asked->target.add_to(*ask_command);
  ask_command->add_option("--annex", asked->annex, "writes the annex of a letter to this file");
  ask_command->add_flag("--json", asked->json, "the result as JSON");
  ask_command->callback([asked, &session] { session.finish(subject(*asked, session.console)); });

  auto erased = std::make_shared<SubjectOptions>();
  auto* erase_command =
      add_command(family, "erase", "removes what lets a person be found in the log",
                  "sluis audit erase --region demo --as zvh person.json");
  erase_command->add_option("FILE", erased->file, "{\"person\":{…}}; - is stdin (-)");
  erased->target.add_to(*erase_command);
  erase_command->add_flag("--json", erased->json, "the result as JSON");
  erase_command->callback([erased, &session] { session.finish(erase(*erased, session.console)); });
}

}  // namespace sluis::gateway::cli
