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
#include "embedded/hosts/runtimes/python/pool.py.hpp"

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

void Runtimes::write_file(const std::string& name, std::string_view text) {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  fs::create_directories(directory_, ignored);
  const std::string file = directory_ + "/" + name;
  if (fs::exists(file, ignored)) return;
  std::ofstream out(file + ".new", std::ios::binary);
  out << text;
  out.close();
  fs::rename(file + ".new", file, ignored);
}

void Runtimes::write_python() {
  write_file("bootstrap.py", embedded::kPythonBootstrap);
  write_file("pool.py", embedded::kPythonPool);
}

std::string Runtimes::python_pool(const std::string& runtime) {
  if (!is_python(runtime)) return {};
  const Python python = find_python(runtime);
  if (python.path.empty() || !python.boto3) return {};
  write_python();
  return python.path;
}

Runtimes::Command Runtimes::command(const std::string& runtime, const std::string& code,
                                    const std::string& opt) {
  Command out;
  auto& v = out.environment;
  std::error_code ignored;
  v["LANG"] = "C.UTF-8";
  v["TZ"] = ":UTC";
  // Where there are libraries; a search that finds nothing would only keep the pools from being used.
  std::string libraries;
  if (fs::is_directory(code + "/lib", ignored)) libraries = "{task}/lib";
  if (!opt.empty() && fs::is_directory(opt + "/lib", ignored))
    libraries += std::string(libraries.empty() ? "" : ":") + "{opt}/lib";
  if (!libraries.empty()) v["LD_LIBRARY_PATH"] = libraries;
  out.managed = !is_provided(runtime);
  // The sandbox binds it, even for a runtime that brings all of its own.
  fs::create_directories(directory_, ignored);
  if (is_python(runtime)) {
    const Python python = find_python(runtime);
    if (python.path.empty()) {
      out.problem = runtime + " needs python3 on the PATH";
      return out;
    }
    write_python();
    out.interpreter = python.path;
    // -P is newer than some supported versions; the bootstrap takes its own directory off sys.path.
    out.words = {python.path, "{runtime}/bootstrap.py"};
    out.pool = python.boto3 ? Command::Pool::python : Command::Pool::none;
    if (!opt.empty())
      v["PYTHONPATH"] = "{opt}/python/lib/python" + python.version + "/site-packages:{opt}/python";
    const std::string home = variable("HOME", "");
    if (!home.empty()) v["PYTHONUSERBASE"] = home + "/.local";
  } else if (is_node(runtime)) {
    const std::string node = on_path("node");
    write_file("bootstrap.mjs", embedded::kNodeBootstrap);
    out.interpreter = fs::canonical(node, ignored);
    out.words = {node, "{runtime}/bootstrap.mjs"};
    const std::string major = runtime.substr(0, runtime.find('.')).substr(6);
    v["NODE_PATH"] =
        (opt.empty() ? std::string()
                     : "{opt}/nodejs/node" + major + "/node_modules:{opt}/nodejs/node_modules:") +
        node_modules(node);
  } else {
    const std::string own = code + "/bootstrap", layered = opt + "/bootstrap";
    const bool in_code = fs::exists(own, ignored), in_layer = !opt.empty() && fs::exists(layered, ignored);
    const std::string name = in_code ? "/var/task/bootstrap" : "/opt/bootstrap";
    if (!in_code && !in_layer)
      out.problem = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
    else if (::access((in_code ? own : layered).c_str(), X_OK) != 0)
      out.problem = "fork/exec " + name + ": permission denied";
    out.words = {in_code ? "{task}/bootstrap" : "{opt}/bootstrap"};
  }
  return out;
}

namespace {

std::string expand(std::string text, const SandboxPlan& plan) {
  text = replace_all(std::move(text), "{task}", plan.task);
  text = replace_all(std::move(text), "{runtime}", plan.runtime);
  return replace_all(std::move(text), "{opt}", plan.opt);
}

}  // namespace

std::vector<std::string> Runtimes::Command::words_in(const SandboxPlan& plan) const {
  std::vector<std::string> out;
  for (const std::string& word : words) out.push_back(expand(word, plan));
  return out;
}

std::map<std::string, std::string> Runtimes::variables(const Command& command, const SandboxPlan& plan) {
  std::map<std::string, std::string> out = command.environment;
  for (auto& [name, value] : out) value = expand(std::move(value), plan);
  return out;
}

std::string Runtimes::search_path(const SandboxPlan& plan) {
  const std::string path = variable("PATH", "/usr/local/bin:/usr/bin:/bin");
  return plan.opt.empty() ? path : path + ":" + plan.opt + "/bin";
}

}  // namespace puddle
