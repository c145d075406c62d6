// Accept-Language, and what is said in which language.
#include "gateway/api/language.hpp"

#include <catch2/catch.hpp>

using namespace sluis;
using namespace sluis::gateway;
using config::Json;
using policy::Language;

TEST_CASE("language_of: Dutch or English, by weight, then by place", "[api]") {
  struct Case {
    std::string header;
    Language wanted;
  };
  const auto c = GENERATE(values<Case>({
      {"en", Language::en},
      {"EN-us", Language::en},
      {"nl, en", Language::nl},
      {"en, nl", Language::en},
      {"en;q=0.5, nl;q=0.8", Language::nl},
      {"nl;q=0.5,\ten ; q=0.8", Language::en},
      {"en;q=0", Language::nl},
      {"nl;q=0, en;q=0.001", Language::en},
      {"de, fr;q=0.9", Language::nl},
      {"*, en;q=0.5", Language::nl},
      {"*;q=0.1, en;q=0.5", Language::en},
      {"en;q=1.5, nl;q=0.1", Language::nl},
      {"en;q=x, nl;q=0.1", Language::nl},
      {"en;q=0.1.2", Language::nl},
      {"english", Language::nl},
      {"", Language::nl},
      {",;,=;q", Language::nl},
  }));
  net::Request request;
  CHECK(api::language_of(request) == Language::nl);
  request.headers.emplace_back("Accept-Language", c.header);
  CAPTURE(c.header);
  CHECK(api::language_of(request) == c.wanted);
}

TEST_CASE("in_language: texts in both languages, at any depth, and nothing else", "[api]") {
  const Json text{{"nl", "een"}, {"en", "one"}};
  const Json ours{{"a", {text, {{"b", text}}}}, {"nl", "alone"}, {"number", 1}};
  CHECK(api::in_language(ours, Language::en) ==
        Json{{"a", {"one", {{"b", "one"}}}}, {"nl", "alone"}, {"number", 1}});
  CHECK(api::in_language(text, Language::nl) == "een");
}

TEST_CASE("signal_told: an answer of an earlier version stays as it was kept", "[api]") {
  const Json kept{{"partners", {{{"text", "Gedeeld."}}}}};
  CHECK(api::signal_told(kept, Language::en) == kept);
}
