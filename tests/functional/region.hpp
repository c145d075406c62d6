// A whole region for one test: real `sluisd` processes with TLS, keys and databases of their own.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.hpp"
#include "gateway/cli/region_plan.hpp"
#include "gateway/core/envelope.hpp"
#include "tests/functional/child.hpp"
#include "tests/functional/ports.hpp"
#include "tests/gateway/temporary_folder.hpp"

namespace sluis::test {

using config::Json;

inline constexpr std::string_view senders[] = {"veilig-thuis", "ggz", "politie", "gemeente", "ggd"};

/// What came back over HTTP.
struct Answer {
  int status = 0;       // 0: no answer came, `failure` says why
  std::string failure;  // of the connection
  std::string body;
  Json json;  // null where the body is not JSON
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string header(std::string_view name) const;  // empty when it is not there
  [[nodiscard]] std::string code() const;                         // of a problem document
  /// Where its errors point, in their order; `?name` for a query parameter.
  [[nodiscard]] std::vector<std::string> pointers() const;
};

/// One call. Without a content type the body is not sent.
struct Call {
  std::string method = "GET", path;
  std::string body = {}, content_type = {};
};

/// Whose certificate a caller shows.
struct Identity {
  std::filesystem::path certificate, key;
};

/// A program's end and what it said.
struct Ended {
  int status = 0;
  std::string out, err;
};

/// How much of what a gateway keeps, its log aside: what a refusal must leave as it was.
struct Kept {
  std::int64_t sent = 0, outbox = 0, received = 0, open = 0, links = 0, seen = 0, budget = 0;
  bool operator==(const Kept&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Kept& kept);

/// In a temporary folder that goes with it, unless SLUIS_KEEP is set. From the main thread alone.
class TestRegion {
 public:
  /// `options` are those of `sluis region create`.
  explicit TestRegion(const std::vector<std::string>& options = {});
  ~TestRegion();
  TestRegion(const TestRegion&) = delete;
  TestRegion& operator=(const TestRegion&) = delete;

  [[nodiscard]] const gateway::cli::RegionLayout& layout() const { return layout_; }
  /// Beside the region: what the test itself writes, and the programs' TMPDIR below it.
  [[nodiscard]] const std::filesystem::path& scratch() const { return scratch_; }
  [[nodiscard]] std::filesystem::path temporary() const { return scratch_ / "tmp"; }
  [[nodiscard]] std::filesystem::path data(std::string_view partner) const;

  void start();  // all, and waits until they are ready
  /// One, without waiting; `through` is a program, with its arguments, that starts it.
  void start(std::string_view partner, const std::vector<std::string>& through = {});
  void wait_ready(std::string_view partner);
  void kill(std::string_view partner);  // SIGKILL
  /// SIGTERM; its exit status. Throws when it does not end.
  int stop(std::string_view partner);
  /// Its exit status, or minus a signal, once it ends by itself. Throws when it does not.
  int wait_end(std::string_view partner);
  void stop();  // all; throws unless each ends with 0
  [[nodiscard]] pid_t pid(std::string_view partner) const;

  Ended sluis(std::vector<std::string> arguments, const std::string& input = {});
  /// One that runs on; `name` names its output files in scratch().
  Child start_sluis(std::vector<std::string> arguments, const std::string& name);

  [[nodiscard]] std::string token(std::string_view client) const;
  [[nodiscard]] Identity identity(std::string_view partner) const;
  /// /v1 with this token, or without one.
  Answer api(std::string_view partner, const Call& call, std::optional<std::string> token);
  /// /v1 with the partner's own demo token.
  Answer api(std::string_view partner, const Call& call) {
    return api(partner, call, token(partner));
  }
  /// /peer/v1 as somebody, or without a certificate.
  Answer peer(std::string_view to, const std::optional<Identity>& as, const Call& call);
  Answer operations(std::string_view partner, const std::string& path);
  [[nodiscard]] gateway::cli::Ports ports(std::string_view partner) const;

  /// Publishes a new version of the directory, changed and signed by both authorities, and waits
  /// until every gateway that runs has taken it.
  void change_directory(const std::function<void(Json&)>& change);
  /// The two halves of that: gives the new version; waits until all that run have it in force.
  std::uint64_t publish_directory(const std::function<void(Json&)>& change);
  void wait_directory(std::uint64_t version);

  /// Another policy under the next version, signed; in force when this returns.
  void replace_policy(std::string_view partner, const std::string& text);

  /// Waits until nobody has anything left to deliver.
  void wait_delivered(std::chrono::milliseconds patience = std::chrono::minutes(3));
  /// Every record of the log, as an officer reads it from the published files; waits until these
  /// have all that is in the database.
  std::vector<Json> records(std::string_view partner);
  [[nodiscard]] std::uint64_t log_size(std::string_view partner);
  /// Recomputes the published log against its signature. Empty when it is whole, or the fault.
  [[nodiscard]] std::string log_fault(std::string_view partner);
  /// What waits in a partner's outbox, from a copy of its database.
  std::vector<gateway::Envelope> queued(std::string_view partner);
  /// Counts in a copy of the database. Only while the gateway has nothing to do.
  Kept kept(std::string_view partner);

 private:
  [[nodiscard]] std::string last_words(std::string_view partner) const;

  TemporaryFolder folder_;
  PortBlock block_;
  std::filesystem::path scratch_;
  gateway::cli::RegionLayout layout_;
  std::map<std::string, Child, std::less<>> gateways_;
  unsigned runs_ = 0;
};

/// Records with this action and outcome ("permit", "deny", "error"); with `rule`, those alone.
std::size_t count(const std::vector<Json>& records, std::string_view action,
                  std::string_view outcome, std::string_view rule = {});

}  // namespace sluis::test
