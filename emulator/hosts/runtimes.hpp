// Runtimes: what a Lambda runtime's name means on this machine: which interpreter runs it and with what
// bootstrap.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace puddle {

class Runtimes {
 public:
  /// directory: where the bootstraps are written, once each.
  explicit Runtimes(std::string directory) : directory_(std::move(directory)) {}

  /// Empty when the runtime can run here, else why not: "python3.12 needs python3 on the PATH". Cheap; any
  /// thread.
  std::string unsupported(const std::string& runtime) const;

  struct Command {
    std::vector<std::string> words;
    std::map<std::string, std::string> environment;  ///< defaults; the function's own variables win
    std::string problem;                             ///< "Runtime.InvalidEntrypoint: ..."; empty when good
  };
  /// May ask an interpreter for its version, once: for a pool thread. code is the directory of the unpacked
  /// code.
  Command command(const std::string& runtime, const std::string& code);

 private:
  struct Python {
    std::string path, version;
    bool boto3 = false;
  };
  Python find_python(const std::string& runtime);
  std::string write_bootstrap(const std::string& name, std::string_view text);
  std::string directory_;
  std::mutex mutex_;
  std::map<std::string, Python> pythons_;  // by runtime
};

}  // namespace puddle
