// Runtimes: what a Lambda runtime's name means on this machine: which interpreter runs it and with what
// bootstrap.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "hosts/interpreters.hpp"
#include "hosts/sandbox.hpp"

namespace puddle {

class Runtimes {
 public:
  /// directory: where the bootstraps are written, once each.
  explicit Runtimes(std::string directory) : directory_(std::move(directory)) {}

  /// Empty when the runtime can run here, else why not: "python3.12 needs python3 on the PATH". Cheap; any
  /// thread.
  std::string unsupported(const std::string& runtime) const;

  /// Words and values may begin with {task}, {runtime} or {opt}: what the sandbox calls these directories.
  struct Command {
    enum class Pool { none, python, node };
    std::vector<std::string> words;
    std::map<std::string, std::string> environment;  ///< defaults; the function's own variables win
    std::string problem;      ///< "Couldn't find valid bootstrap(s): ..."; empty when good
    std::string interpreter;  ///< its path
    bool managed = false;     ///< AWS_LAMBDA_EXEC_WRAPPER is honoured
    Pool pool = Pool::none;
    std::vector<std::string> words_in(const SandboxPlan& plan) const;
  };
  /// What of a function its command depends on. code and opt are the directories of the unpacked code and
  /// layers; opt may be empty.
  struct Function {
    std::string runtime, code, opt;
    std::int64_t memory_mb = 128;
    std::string node_options{};  ///< its NODE_OPTIONS
  };
  /// May ask an interpreter for its version, or compile the bootstrap, once: for a pool thread.
  Command command(const Function& function);
  /// The command's own variables.
  static std::map<std::string, std::string> variables(const Command& command, const SandboxPlan& plan);
  /// PATH.
  static std::string search_path(const SandboxPlan& plan);
  const std::string& directory() const { return directory_; }
  /// The interpreter, and its flags, that a pool may run ahead for the runtime, with its files written;
  /// empty: none. For a pool thread.
  std::vector<std::string> pool(const std::string& runtime);

 private:
  void python(const Function& function, Command& out);
  void node(const Function& function, Command& out);
  void ruby(const Function& function, Command& out);
  void java(const Function& function, Command& out);
  void write_file(const std::string& name, std::string_view text);
  void write_python();
  std::string compile_java(const std::string& java);
  std::string directory_;
  Interpreters interpreters_;
  std::mutex mutex_, compiler_;
};

}  // namespace puddle
