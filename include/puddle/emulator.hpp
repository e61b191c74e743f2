// Emulator: a Puddle daemon in this process. main.cpp is a client of this header, and so can your own tests
// be.
//
//     puddle::Config config;
//     config.ephemeral = true;
//     config.port = 0;
//     puddle::Emulator emulator(config);
//     std::thread server([&] { emulator.run(); });
//     ... AWS_ENDPOINT_URL=emulator.endpoint() ...
//     emulator.stop();
//     server.join();
//
// Threads: construct, run and destroy on one thread; endpoint() and stop() may be called from any.
#pragma once
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "puddle/config.hpp"
#include "puddle/function.hpp"

namespace puddle {

/// Why an emulator cannot start, for a person: port in use, data directory locked, template with file and
/// line.
struct StartError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Emulator {
 public:
  /// Opens the data directory and the ports. Throws StartError.
  explicit Emulator(Config config);
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  std::string endpoint() const;  ///< "http://127.0.0.1:4566"
  /// Serves until stop() or a signal (SIGINT, SIGTERM); deploys the template first. 0, or 1 when the store
  /// broke or the template did not deploy.
  int run();
  /// Ends run() after the requests under way.
  void stop();
  /// A Lambda function that is this callable. Before run(): a function of that name that the template
  /// deploys, or that was deployed earlier, runs it instead of its code; where there is none, one is created.
  void function(std::string name, FunctionHandler handler, FunctionOptions options = {});
  /// Where lines for a person go (default: standard output).
  void on_line(std::function<void(const std::string&)> print);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The `puddle` command: up, ready, inbox, env, aws, operations. The process's exit code.
int command_line(int argc, char** argv);

}  // namespace puddle
