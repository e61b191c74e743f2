#include "hosts/interpreters.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/log.hpp"
#include "base/text.hpp"

namespace puddle {

std::string own_variable(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value && *value ? value : fallback;
}

std::string on_path(const std::string& program) {
  const std::string path = own_variable("PATH", "/usr/local/bin:/usr/bin:/bin");
  for (const std::string_view directory : split(path, ':')) {
    std::string file = std::string(directory) + "/" + program;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

std::string java_on_path() {
  if (std::string found = on_path("java"); !found.empty()) return found;
  const std::string home = own_variable("JAVA_HOME", "");
  if (home.empty()) return {};
  std::string file = home + "/bin/java";
  return ::access(file.c_str(), X_OK) == 0 ? file : std::string();
}

std::string output_of(const std::string& command) {
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

Interpreters::Python Interpreters::python(const std::string& runtime) {
  const std::lock_guard lock(mutex_);
  if (const auto it = pythons_.find(runtime); it != pythons_.end()) return it->second;
  // One that has boto3, as Lambda's own has, is worth more than one of the exact version.
  Python best;
  for (const std::string& candidate :
       {on_path(runtime), on_path("python3"), std::string("/usr/bin/python3")}) {
    if (candidate.empty() || ::access(candidate.c_str(), X_OK) != 0) continue;
    const std::string answer =
        output_of(quoted(candidate) +
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

Interpreters::Node Interpreters::node(const std::string& runtime) {
  const std::lock_guard lock(mutex_);
  if (const auto it = nodes_.find(runtime); it != nodes_.end()) return it->second;
  Node found{on_path("node"), {}, {}};
  if (!found.path.empty()) {
    const std::string program = quoted(found.path);
    found.version = trim(output_of(program + " --version 2>/dev/null"));
    if (!found.version.empty()) found.version.erase(0, 1);
    const std::string wanted = runtime.substr(0, runtime.find('.')).substr(6);
    if (!found.version.starts_with(wanted + "."))
      log(Level::info, "lambda", runtime + " runs on " + found.path + ", which is Node.js " + found.version);
    // Lambda turns off what Node.js 20 and 22 brought as experiments (Developer Guide, Node.js). A node that
    // does not know the flag does not know the feature.
    const std::int64_t major = parse_int(wanted).value_or(0);
    std::vector<std::string> flags;
    if (major <= 22) flags.emplace_back("--no-experimental-require-module");
    if (major <= 22 && major != 20) flags.emplace_back("--no-experimental-detect-module");
    for (std::string& flag : flags)
      if (output_of(program + " " + flag + " --version 2>/dev/null").starts_with("v"))
        found.flags.push_back(std::move(flag));
  }
  nodes_[runtime] = found;
  return found;
}

Interpreters::Ruby Interpreters::ruby(const std::string& runtime) {
  const std::lock_guard lock(mutex_);
  if (const auto it = rubies_.find(runtime); it != rubies_.end()) return it->second;
  Ruby found;
  for (const std::string& candidate : {on_path(runtime), on_path("ruby")}) {
    if (candidate.empty()) continue;
    const std::string answer = output_of(quoted(candidate) +
                                         " -e 'puts RUBY_VERSION, RbConfig::CONFIG[\"ruby_version\"], "
                                         "Gem.path.join(\":\")' 2>/dev/null");
    const auto lines = split(answer, '\n');
    if (lines.size() < 3) continue;
    found = {candidate, std::string(lines[0]), std::string(lines[1]), std::string(lines[2])};
    break;
  }
  if (!found.path.empty() && !found.version.starts_with(runtime.substr(4) + "."))
    log(Level::info, "lambda", runtime + " runs on " + found.path + ", which is Ruby " + found.version);
  rubies_[runtime] = found;
  return found;
}

Interpreters::Java Interpreters::java(const std::string& runtime) {
  const std::lock_guard lock(mutex_);
  if (const auto it = javas_.find(runtime); it != javas_.end()) return it->second;
  Java found{java_on_path(), 0};
  if (!found.path.empty()) {
    // A line like: java.specification.version = 17
    const std::string answer = output_of(
        quoted(found.path) + " -XshowSettings:properties -version 2>&1 | grep specification.version");
    for (const std::string_view line : split(answer, '\n')) {
      const auto equals = line.find("java.specification.version = ");
      if (equals != std::string_view::npos)
        found.version = static_cast<int>(parse_int(trim(line.substr(equals + 29))).value_or(8));
    }
    if (!runtime.starts_with("java" + std::to_string(found.version)))
      log(Level::info, "lambda",
          runtime + " runs on " + found.path + ", which is Java " + std::to_string(found.version));
  }
  javas_[runtime] = found;
  return found;
}

}  // namespace puddle
