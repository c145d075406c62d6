// Made-up persons whose every field is a value that occurs nowhere else, for finding leaks.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.hpp"

namespace sluis::test {

using config::Json;

/// Nine digits that begin with 9 and pass the eleven-proof.
[[nodiscard]] std::string made_up_bsn(std::mt19937_64& random);
/// The same with another last digit.
[[nodiscard]] std::string wrong_bsn(std::mt19937_64& random);

/// A person and what a partner would write of it. Postal codes are real ones' length, and too short
/// to look for; everything else is.
struct Canary {
  std::string bsn, given_names, family_name, birth_date, postal_code, house_number;

  /// As in a body of /v1.
  [[nodiscard]] Json json() const;
  /// What must be found nowhere: each field as it is written, in capitals, in small letters and in
  /// linkage form, and the whole linkage keys.
  [[nodiscard]] std::vector<std::string> needles() const;
};

/// Makes canaries, and remembers every value that it has made.
class Aviary {
 public:
  explicit Aviary(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Canary person();
  /// A long word that occurs nowhere else.
  [[nodiscard]] std::string word();
  /// The body of POST /v1/signals about `person`, with a contact and payload of canary words.
  [[nodiscard]] Json signal(const Canary& person, std::string_view theme);
  [[nodiscard]] std::string bsn(bool valid);

  /// Everything that was made, to be looked for.
  [[nodiscard]] const std::vector<std::string>& needles() const { return needles_; }

 private:
  void remember(const std::string& text);
  std::mt19937_64 random_;
  std::vector<std::string> needles_;
};

/// Two hours ago, as a signal's `observedAt`.
[[nodiscard]] std::string observed_lately();

}  // namespace sluis::test
