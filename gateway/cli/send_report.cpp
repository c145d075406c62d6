#include "gateway/cli/send_report.hpp"

#include <algorithm>
#include <ostream>

#include "gateway/cli/answer_fields.hpp"
#include "gateway/cli/console.hpp"

namespace sluis::gateway::cli {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t lines_named = 5;

std::string joined(const auto& items, const char* between) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += between;
    if constexpr (std::is_integral_v<std::decay_t<decltype(item)>>) {
      text += std::to_string(item);
    } else {
      text += item;
    }
  }
  return text;
}

}  // namespace

void SendReport::add(std::uint64_t line, const json& answer) {
  const auto status = number_at(answer, "status");
  if (status >= 200 && status < 300) {
    ++(status == 200 ? known_ : accepted_);
    add_decisions(field_at(answer, "signal"));
  } else {
    ++refused_;
    add_refusal(line, answer);
  }
}

void SendReport::add_decisions(const json& signal) {
  for (const auto& decision : list_at(signal, "partners")) {
    auto& partner = partners_[text_at(decision, "partner")];
    if (flag_at(decision, "shared")) {
      ++partner.shared[text_at(decision, "rule")];
    } else {
      const auto text = text_at(decision, "text");
      ++partner.not_shared[text.empty() ? text_at(decision, "reason") : text];
    }
  }
}

void SendReport::add_refusal(std::uint64_t line, const json& answer) {
  const auto& problem = field_at(answer, "problem");
  auto code = text_at(problem, "code");
  if (code.empty()) code = "status-" + std::to_string(number_at(answer, "status"));
  auto& refusal = refusals_[code];
  ++refusal.count;
  if (refusal.lines.size() < lines_named) refusal.lines.push_back(line);
  if (refusal.detail.empty()) refusal.detail = text_at(problem, "detail");
  for (const auto& each : list_at(problem, "errors")) {
    if (auto pointer = place_of(each); !pointer.empty()) {
      refusal.pointers.insert(std::move(pointer));
    }
  }
}

void SendReport::not_sent(const Batch& batch) {
  unsent_ += batch.size();
  for (const auto& line : batch) {
    first_unsent_ = first_unsent_ == 0 ? line.number : std::min(first_unsent_, line.number);
  }
}

ordered_json SendReport::document() const {
  ordered_json report{{"accepted", accepted_},
                      {"alreadyThere", known_},
                      {"refused", refused_},
                      {"notSent", unsent_}};
  report["refusals"] = ordered_json::array();
  for (const auto& [code, refusal] : refusals_) {
    report["refusals"].push_back({{"code", code},
                                  {"count", refusal.count},
                                  {"firstLines", refusal.lines},
                                  {"detail", refusal.detail},
                                  {"in", refusal.pointers}});
  }
  report["partners"] = ordered_json::array();
  for (const auto& [id, partner] : partners_) {
    ordered_json shared = ordered_json::array(), not_shared = ordered_json::array();
    for (const auto& [rule, count] : partner.shared) {
      shared.push_back({{"rule", rule}, {"count", count}});
    }
    for (const auto& [reason, count] : partner.not_shared) {
      not_shared.push_back({{"reason", reason}, {"count", count}});
    }
    report["partners"].push_back({{"partner", id}, {"shared", shared}, {"notShared", not_shared}});
  }
  return report;
}

void SendReport::print(std::ostream& out) const {
  out << "accepted " << grouped(accepted_) << ", already there " << grouped(known_) << ", refused "
      << grouped(refused_) << ", not sent " << grouped(unsent_) << '\n';
  for (const auto& [code, refusal] : refusals_) {
    out << "\nrefused, " << printable(code) << ": " << grouped(refusal.count) << " (line "
        << joined(refusal.lines, ", ") << (refusal.count > refusal.lines.size() ? ", …" : "")
        << ")\n";
    if (!refusal.detail.empty()) out << "  " << printable(refusal.detail) << '\n';
    if (!refusal.pointers.empty()) {
      out << "  in " << printable(joined(refusal.pointers, ", ")) << '\n';
    }
  }
  if (!partners_.empty()) out << '\n';
  Table table({"PARTNER", "SIGNALS", "WHAT"});
  for (const auto& [id, partner] : partners_) {
    for (const auto& [rule, count] : partner.shared) {
      table.add({printable(id), grouped(count), "shared, rule " + printable(rule)});
    }
    for (const auto& [reason, count] : partner.not_shared) {
      table.add({printable(id), grouped(count), "not shared: " + printable(reason)});
    }
  }
  if (!partners_.empty()) table.print(out);
  if (unsent_ > 0) {
    out << "\nstopped before line " << first_unsent_
        << "; the same command goes on: lines that are there already change nothing\n";
  }
}

}  // namespace sluis::gateway::cli
