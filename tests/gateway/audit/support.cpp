#include "support.hpp"

#include <algorithm>
#include <fstream>
#include <numeric>

namespace sluis::gateway::audit::test {

namespace fs = std::filesystem;

const crypto::SigningKey& log_key() {
  static const auto key = [] {
    crypto::Array<32> seed;
    std::iota(seed.begin(), seed.end(), std::uint8_t{0});
    return crypto::SigningKey::from_seed(seed).value();
  }();
  return key;
}

config::Oin oin() {
  return config::Oin::parse("00000099000000002000").value();
}

TestLog::TestLog(const fs::path& folder, const crypto::SigningKey& key)
    : journal(key, oin(), clock, folder / "guard"),
      store(store::test::open_engine(folder, journal)) {
  loaded = look(*store, [this](store::Transaction& tx) { return journal.load(tx); });
}

void TestLog::append(std::vector<std::string> records) {
  act(*store, [&](store::Transaction& tx) {
    for (auto& record : records) tx.append(std::move(record));
  });
}

std::string TestLog::checkpoint() {
  return look(*store, [](store::Transaction& tx) {
    const auto logs = tx.logs();
    return logs.empty() ? std::string() : logs.back().note;
  });
}

std::vector<std::string> numbered(std::size_t count, std::size_t from) {
  std::vector<std::string> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back("{\"n\":" + std::to_string(from + i) + "}");
  }
  return records;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, std::string_view bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      names.push_back(entry.path().lexically_relative(folder).generic_string());
    }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace sluis::gateway::audit::test
