// Builds the gateway, owns all of it, and starts and stops it in order.
#pragma once

#include <memory>

#include "config/result.hpp"
#include "config/settings.hpp"

namespace sluis::gateway {

/// Everything that runs in one `sluisd`. Up: store and log, core, then the listeners, so that
/// nothing is asked of a gateway that could not answer. Down: the API first, then what is under
/// way, then the peers' listener, and the store last, when nobody needs it any more.
class App {
 public:
  /// Reads and checks everything that the settings name, and opens the database. Errors say which
  /// file or setting, and what to do.
  static config::Result<std::unique_ptr<App>> create(config::Settings settings);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Serves until SIGTERM or SIGINT, then drains. An error when a listener cannot be opened, or
  /// when something could not be finished in time.
  config::Result<void> run();

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluis::gateway
