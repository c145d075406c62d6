// Mutations that keep a document JSON, so that most inputs come past the parser: libFuzzer's own,
// which know bytes only, seldom do. A quarter of all mutations are still those. And a third change
// what was accepted before: a corpus is mostly of refused inputs, each of which reached another
// refusal.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "config/json.hpp"
#include "crypto/encoding.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using sluis::config::Json;

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_()) % end; }

  void mutate(Json& document) {
    std::vector<Json*> all;
    collect(document, all);
    Json& place = *all[below(all.size())];
    switch (below(8)) {
      case 0:
        place = any_value();
        return;
      case 1:
        place = Json(*all[below(all.size())]);  // a copy first: one may stand inside the other
        return;
      case 2:
        return erase_one(place);
      case 3:
        return insert_one(place, Json(*all[below(all.size())]));
      default:
        return change(place);
    }
  }

 private:
  static void collect(Json& value, std::vector<Json*>& all) {
    all.push_back(&value);
    if (!value.is_structured()) return;
    for (auto& each : value) collect(each, all);
  }

  Json any_value() {
    static const std::vector<Json> values{nullptr,
                                          true,
                                          0,
                                          1,
                                          2,
                                          3,
                                          -1,
                                          255,
                                          256,
                                          9007199254740991,
                                          1.5,
                                          1e300,
                                          "",
                                          "a",
                                          "*",
                                          "2026-07-01T00:00:00Z",
                                          Json::array(),
                                          Json::object()};
    return values[below(values.size())];
  }

  void erase_one(Json& from) {
    if (!from.is_structured() || from.empty()) return change(from);
    auto at = from.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(from.size())));
    from.erase(at);
  }

  void insert_one(Json& into, Json value) {
    if (into.is_array()) {
      const auto place = static_cast<std::ptrdiff_t>(below(into.size() + 1));
      into.insert(into.begin() + place, std::move(value));
    } else if (into.is_object()) {
      into["more"] = std::move(value);
    } else {
      change(into);
    }
  }

  void change(Json& value) {
    if (value.is_string()) {
      change_text(value.get_ref<std::string&>());
    } else if (value.is_number_integer()) {
      value = value.get<std::int64_t>() + static_cast<std::int64_t>(below(5)) - 2;
    } else if (value.is_boolean()) {
      value = !value.get<bool>();
    } else if (value.is_array() && value.size() > 1) {
      std::swap(value[below(value.size())], value[below(value.size())]);
    } else {
      value = any_value();
    }
  }

  /// Half of the time the bytes that it encodes, where it is base64url.
  void change_text(std::string& text) {
    auto bytes = sluis::crypto::from_base64url(text);
    if (bytes && !bytes->empty() && below(2) == 0) {
      (*bytes)[below(bytes->size())] ^= static_cast<std::uint8_t>(1U << below(8));
      text = sluis::crypto::base64url(*bytes);
      return;
    }
    const auto size = text.size();
    text.resize(size + 16);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
  }

  std::minstd_rand random_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  Mutator mutator(seed);
  if (mutator.below(4) == 0) return LLVMFuzzerMutate(data, size, most);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (mutator.below(3) == 0) text = sluis::fuzz::accepted_before(mutator.below(1000));
  auto document = sluis::config::parse_json(text, {.allow_comments = true});
  if (!document) return LLVMFuzzerMutate(data, size, most);
  mutator.mutate(*document);
  const auto changed = document->dump(-1, ' ', false, Json::error_handler_t::replace);
  if (changed.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data, changed.data(), changed.size());
  return changed.size();
}
