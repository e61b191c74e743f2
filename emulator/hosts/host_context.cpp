#include "hosts/host_context.hpp"

#include <filesystem>
#include <fstream>

#include "base/log.hpp"

namespace puddle {

const SandboxAbility& HostContext::Shared::ability() {
  const std::lock_guard lock(mutex_);
  if (ability_) return *ability_;
  ability_ = sandbox_ability(scratch);
  if (!ability_->isolated)
    log(Level::warn, "lambda",
        "functions see this machine's /tmp and /opt, and LAMBDA_TASK_ROOT is not /var/task: mount namespaces "
        "are "
        "not allowed here (" +
            ability_->why_not + ")");
  return *ability_;
}

std::string HostContext::Shared::hosts_file() {
  const std::lock_guard lock(mutex_);
  std::string file = scratch + "/hosts";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return file;
  std::ofstream out(file + ".new");
  out << std::ifstream("/etc/hosts").rdbuf() << "\n127.0.0.1 sandbox.localdomain sandbox\n";
  out.close();
  std::filesystem::rename(file + ".new", file, ignored);
  return file;
}

PythonPool& HostContext::python_pool(const std::string& interpreter) {
  auto& found = python_pools[interpreter];
  if (!found) found = std::make_unique<PythonPool>(loop, interpreter, scratch + "/runtimes");
  return *found;
}

NodePool& HostContext::node_pool(const std::vector<std::string>& command) {
  auto& found = node_pools[command];
  if (!found) found = std::make_unique<NodePool>(loop, command, shared->ability(), scratch);
  return *found;
}

}  // namespace puddle
