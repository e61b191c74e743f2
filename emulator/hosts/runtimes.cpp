#include "hosts/runtimes.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/log.hpp"
#include "base/text.hpp"
#include "embedded/hosts/runtimes/node/bootstrap.mjs.hpp"
#include "embedded/hosts/runtimes/python/bootstrap.py.hpp"

namespace puddle {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value && *value ? value : fallback;
}

std::string on_path(const std::string& program) {
  const std::string path = variable("PATH", "/usr/local/bin:/usr/bin:/bin");
  for (const std::string_view directory : split(path, ':')) {
    std::string file = std::string(directory) + "/" + program;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

std::string first_lines_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "re");
  if (!pipe) return out;
  std::array<char, 1024> buffer{};
  for (std::size_t n = 0; out.size() < 4096 && (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), n);
  ::pclose(pipe);
  return out;
}

std::string quoted(const std::string& path) { return "'" + replace_all(path, "'", "'\\''") + "'"; }

bool is_python(std::string_view runtime) { return runtime.starts_with("python3."); }
bool is_node(std::string_view runtime) { return runtime.starts_with("nodejs"); }
bool is_provided(std::string_view runtime) { return runtime.starts_with("provided"); }

/// Where npm installs globally next to this node, for code that expects the AWS SDK of the runtime to be
/// there.
std::string node_modules(const std::string& node) {
  std::error_code ignored;
  const fs::path real = fs::canonical(node, ignored);
  std::string out = (real.parent_path().parent_path() / "lib/node_modules").string();
  return out + ":/usr/lib/node_modules:/usr/share/nodejs";
}

}  // namespace

std::string Runtimes::unsupported(const std::string& runtime) const {
  if (is_provided(runtime)) return {};
  if (is_python(runtime))
    return on_path("python3").empty() && on_path(runtime).empty() ? runtime + " needs python3 on the PATH"
                                                                  : std::string();
  if (is_node(runtime)) return on_path("node").empty() ? runtime + " needs node on the PATH" : std::string();
  return "the runtime " + runtime + " is not supported by Puddle: python3.x, nodejs and provided are";
}

Runtimes::Python Runtimes::find_python(const std::string& runtime) {
  const std::lock_guard lock(mutex_);
  if (const auto it = pythons_.find(runtime); it != pythons_.end()) return it->second;
  // One that has boto3, as Lambda's own has, is worth more than one of the exact version.
  Python best;
  for (const std::string& candidate :
       {on_path(runtime), on_path("python3"), std::string("/usr/bin/python3")}) {
    if (candidate.empty() || ::access(candidate.c_str(), X_OK) != 0) continue;
    const std::string answer =
        first_lines_of(quoted(candidate) +
                       " -c 'import sys, importlib.util as u; print(sys.executable); print(\"%d.%d\" % "
                       "sys.version_info[:2]); print(u.find_spec(\"boto3\") is not None)' 2>/dev/null");
    const auto lines = split(answer, '\n');
    if (lines.size() < 3) continue;
    Python found{std::string(lines[0]), std::string(lines[1]), lines[2] == "True"};
    if (best.path.empty() || (found.boto3 && !best.boto3)) best = found;
    if (best.boto3) break;
  }
  if (!best.path.empty()) {
    if (runtime != "python" + best.version)
      log(Level::info, "lambda", runtime + " runs on " + best.path + ", which is Python " + best.version);
    if (!best.boto3)
      log(Level::warn, "lambda", best.path + " has no boto3; functions that import it will fail");
  }
  pythons_[runtime] = best;
  return best;
}

std::string Runtimes::write_bootstrap(const std::string& name, std::string_view text) {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  fs::create_directories(directory_, ignored);
  std::string file = directory_ + "/" + name;
  if (!fs::exists(file, ignored)) {
    std::ofstream out(file + ".new", std::ios::binary);
    out << text;
    out.close();
    fs::rename(file + ".new", file, ignored);
  }
  return file;
}

Runtimes::Command Runtimes::command(const std::string& runtime, const std::string& code) {
  Command out;
  out.environment["PATH"] = variable("PATH", "/usr/local/bin:/usr/bin:/bin");
  out.environment["LANG"] = "C.UTF-8";
  out.environment["TZ"] = ":UTC";
  if (is_python(runtime)) {
    const Python python = find_python(runtime);
    if (python.path.empty()) {
      out.problem = runtime + " needs python3 on the PATH";
      return out;
    }
    // -P is newer than some supported versions; the bootstrap takes its own directory off sys.path.
    out.words = {python.path, write_bootstrap("bootstrap.py", embedded::kPythonBootstrap)};
    const std::string home = variable("HOME", "");
    if (!home.empty()) out.environment["PYTHONUSERBASE"] = home + "/.local";
  } else if (is_node(runtime)) {
    const std::string node = on_path("node");
    out.words = {node, write_bootstrap("bootstrap.mjs", embedded::kNodeBootstrap)};
    out.environment["NODE_PATH"] = node_modules(node);
  } else {
    const std::string bootstrap = code + "/bootstrap";
    std::error_code ignored;
    if (!fs::exists(bootstrap, ignored))
      out.problem = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
    else if (::access(bootstrap.c_str(), X_OK) != 0)
      out.problem = "fork/exec /var/task/bootstrap: permission denied";
    out.words = {bootstrap};
  }
  return out;
}

}  // namespace puddle
