// The arrows of the house: which room may see which. Reads every #include of the sources.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
const fs::path root = SLUIS_SOURCE_ROOT;

/// What each room may include of ours, apart from itself. What is not here is forbidden.
const std::map<std::string, std::set<std::string>> may_see = {
    {"crypto", {}},
    {"config", {"crypto"}},
    {"policy", {"config", "crypto"}},
    {"gateway/async", {}},
    {"gateway/files", {"config", "crypto"}},
    {"gateway/store", {"config", "crypto"}},
    {"gateway/audit", {"gateway/store", "config", "crypto"}},
    {"gateway/net", {"gateway/async", "config", "crypto"}},
    {"gateway/keys", {"gateway/files", "config", "crypto"}},
    {"gateway/core",
     {"gateway/keys", "gateway/files", "gateway/audit", "gateway/store", "gateway/async", "policy",
      "config", "crypto"}},
    {"gateway/peer",
     {"gateway/core", "gateway/keys", "gateway/files", "gateway/audit", "gateway/store",
      "gateway/net", "gateway/async", "policy", "config", "crypto"}},
    {"gateway/api",
     {"gateway/core", "gateway/keys", "gateway/files", "gateway/audit", "gateway/store",
      "gateway/net", "gateway/async", "policy", "config", "crypto"}},
    {"gateway/cli",
     {"gateway/core", "gateway/keys", "gateway/files", "gateway/audit", "gateway/store",
      "gateway/net", "gateway/async", "policy", "config", "crypto"}},
    {"gateway/app",
     {"gateway/api", "gateway/peer", "gateway/core", "gateway/keys", "gateway/files",
      "gateway/audit", "gateway/store", "gateway/net", "gateway/async", "policy", "config",
      "crypto"}},
};

/// Parts of others that only some rooms may see: the start of the include, and who may.
const std::map<std::string, std::set<std::string>> kept_to = {
    {"boost/beast", {"gateway/net"}},
    {"openssl/ssl", {"gateway/net"}},
    {"boost/asio/ssl", {"gateway/net", "gateway/async"}},
    {"p11-kit/", {"gateway/keys"}},
    {"openssl/engine", {"gateway/net"}},
    {"sqlite3.h", {"gateway/store"}},
    {"CLI/", {"gateway/cli", "gateway/app"}},
    {"unicode/", {"config", "gateway/core"}},
    {"valijson/", {"config", "policy"}},
};

/// "gateway/core" for gateway/core/submit.cpp; files of gateway/ itself are the app, but for async.
std::string room_of(const std::string& path) {
  const auto first = path.find('/');
  if (path.substr(0, first) != "gateway") return path.substr(0, first);
  const auto second = path.find('/', first + 1);
  if (second != std::string::npos) return path.substr(0, second);
  return path.starts_with("gateway/async") ? "gateway/async" : "gateway/app";
}

struct Include {
  std::string file, target;
  bool ours;
};

std::vector<Include> includes_of(const fs::path& file) {
  std::vector<Include> found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("#include ")) continue;
    const auto start = line.find_first_of("\"<");
    const auto end = line.find_first_of("\">", start + 1);
    found.push_back({fs::relative(file, root).string(), line.substr(start + 1, end - start - 1),
                     line[start] == '"'});
  }
  return found;
}

std::vector<Include> all_includes() {
  std::vector<Include> all;
  for (const auto* top : {"crypto", "config", "policy", "gateway"})
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ranges::move(includes_of(entry.path()), std::back_inserter(all));
    }
  return all;
}

}  // namespace

TEST_CASE("arrows: every room sees only what stands below it", "[arrows]") {
  const auto includes = all_includes();
  REQUIRE(includes.size() > 500);
  for (const auto& include : includes) {
    if (!include.ours) continue;
    const auto from = room_of(include.file);
    const auto to = room_of(include.target);
    INFO(include.file << " includes " << include.target);
    REQUIRE(may_see.contains(from));
    CHECK((from == to || may_see.at(from).contains(to)));
  }
}

TEST_CASE("arrows: each part of others stays in its room", "[arrows]") {
  for (const auto& include : all_includes()) {
    if (include.ours) continue;
    for (const auto& [part, rooms] : kept_to) {
      if (!include.target.starts_with(part)) continue;
      INFO(include.file << " includes " << include.target);
      CHECK(rooms.contains(room_of(include.file)));
    }
  }
}

TEST_CASE("arrows: what exists for known answers is used by tests alone", "[arrows]") {
  const std::set<std::string> declared = {"crypto/blind.hpp",   "crypto/dealing.hpp",
                                          "crypto/dealing.cpp", "crypto/evaluation.hpp",
                                          "crypto/content.hpp", "crypto/content.cpp"};
  for (const auto* top : {"crypto", "config", "policy", "gateway"})
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      if (!entry.is_regular_file() || declared.contains(fs::relative(entry.path(), root).string()))
        continue;
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ifstream in(entry.path());
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      INFO(entry.path().string());
      CHECK(text.find("known_answers") == std::string::npos);
      CHECK(text.find("KnownAnswers") == std::string::npos);
    }
}

TEST_CASE("arrows: the top level stays as it was asked for", "[arrows]") {
  const std::set<std::string> asked = {"CMakeLists.txt", "CMakePresets.json",
                                       "LICENSE",        "README.md",
                                       "gateway",        "crypto",
                                       "policy",         "config",
                                       "tests",          "deploy",
                                       "build"};
  for (const auto& entry : fs::directory_iterator(root)) {
    const auto name = entry.path().filename().string();
    INFO(name);
    CHECK((name.starts_with(".") || asked.contains(name)));
  }
}
