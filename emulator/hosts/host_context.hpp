// HostContext: what all environments of a ProcessHost share. Owned by the ProcessHost.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hosts/asio_loop.hpp"
#include "hosts/code_directory.hpp"
#include "hosts/node_pool.hpp"
#include "hosts/python_pool.hpp"
#include "hosts/runtimes.hpp"
#include "hosts/sandbox.hpp"
#include "ports/function_host.hpp"
#include "ports/http_server.hpp"
#include "ports/pool.hpp"

namespace puddle {

struct HostContext {
  AsioLoop& loop;
  HttpServer& http;
  Pool& pool;
  std::string scratch;

  /// What pool threads use too; lives as long as their work.
  struct Shared {
    explicit Shared(const std::string& folder)
        : scratch(folder),
          code(folder + "/code"),
          layers(folder + "/layers"),
          runtimes(folder + "/runtimes") {}
    std::string scratch;
    CodeDirectory code, layers;
    Runtimes runtimes;
    /// Asked for once; says so in the log when there is no isolation.
    const SandboxAbility& ability();
    /// A file for /etc/hosts: the machine's, and the name by which extensions listen for telemetry.
    std::string hosts_file();

   private:
    std::mutex mutex_;
    std::optional<SandboxAbility> ability_;
  };
  std::shared_ptr<Shared> shared;
  std::map<std::string, std::unique_ptr<PythonPool>> python_pools;           ///< by interpreter
  std::map<std::vector<std::string>, std::unique_ptr<NodePool>> node_pools;  ///< by interpreter and flags

  /// Everything about an environment that was found or unpacked for it.
  struct Prepared {
    std::string problem_type, problem;  ///< empty: good
    std::string code, opt;              ///< directories of this machine; opt empty: no layers
    Runtimes::Command command;
    SandboxPlan plan;
    std::vector<std::string> extensions;  ///< names of files in opt/extensions
  };

  PythonPool& python_pool(const std::string& interpreter);
  NodePool& node_pool(const std::vector<std::string>& command);
};

}  // namespace puddle
