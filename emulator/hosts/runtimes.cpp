#include "hosts/runtimes.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "embedded/hosts/runtimes/java/Beans.java.hpp"
#include "embedded/hosts/runtimes/java/Bootstrap.java.hpp"
#include "embedded/hosts/runtimes/java/Faults.java.hpp"
#include "embedded/hosts/runtimes/java/Handlers.java.hpp"
#include "embedded/hosts/runtimes/java/Interfaces.java.hpp"
#include "embedded/hosts/runtimes/java/Json.java.hpp"
#include "embedded/hosts/runtimes/node/bootstrap.mjs.hpp"
#include "embedded/hosts/runtimes/python/bootstrap.py.hpp"
#include "embedded/hosts/runtimes/python/pool.py.hpp"
#include "embedded/hosts/runtimes/ruby/bootstrap.rb.hpp"

namespace puddle {
namespace {

namespace fs = std::filesystem;

bool is_python(std::string_view runtime) { return runtime.starts_with("python3."); }
bool is_node(std::string_view runtime) { return runtime.starts_with("nodejs"); }
bool is_ruby(std::string_view runtime) { return runtime.starts_with("ruby"); }
bool is_java(std::string_view runtime) { return runtime.starts_with("java"); }
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
  const auto needs = [&](const char* program, const std::string& found) {
    return found.empty() ? runtime + " needs " + program + " on the PATH" : std::string();
  };
  if (is_node(runtime)) return needs("node", on_path("node"));
  if (is_ruby(runtime)) return needs("ruby", on_path("ruby"));
  if (is_java(runtime)) return needs("java", java_on_path());
  return "the runtime " + runtime +
         " is not supported by Puddle: python3.x, nodejs, ruby, java and provided are";
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

std::vector<std::string> Runtimes::pool(const std::string& runtime) {
  if (is_python(runtime)) {
    const Interpreters::Python python = interpreters_.python(runtime);
    if (python.path.empty() || !python.boto3) return {};
    write_python();
    return {python.path};
  }
  if (is_java(runtime)) {
    const Interpreters::Java java = interpreters_.java(runtime);
    if (!java.path.empty()) compile_java(java.path);
  }
  if (!is_node(runtime)) return {};
  const Interpreters::Node node = interpreters_.node(runtime);
  if (node.path.empty()) return {};
  write_file("bootstrap.mjs", embedded::kNodeBootstrap);
  std::vector<std::string> out{node.path};
  out.insert(out.end(), node.flags.begin(), node.flags.end());
  return out;
}

Runtimes::Command Runtimes::command(const Function& function) {
  Command out;
  const auto& [runtime, code, opt, memory, node_options] = function;
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
    python(function, out);
  } else if (is_node(runtime)) {
    node(function, out);
  } else if (is_ruby(runtime)) {
    ruby(function, out);
  } else if (is_java(runtime)) {
    java(function, out);
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
  if (out.words.empty() && out.problem.empty()) out.problem = unsupported(runtime);
  return out;
}

void Runtimes::python(const Function& function, Command& out) {
  const Interpreters::Python python = interpreters_.python(function.runtime);
  if (python.path.empty()) {
    out.problem = function.runtime + " needs python3 on the PATH";
    return;
  }
  write_python();
  out.interpreter = python.path;
  // -P is newer than some supported versions; the bootstrap takes its own directory off sys.path.
  out.words = {python.path, "{runtime}/bootstrap.py"};
  out.pool = python.boto3 ? Command::Pool::python : Command::Pool::none;
  if (!function.opt.empty())
    out.environment["PYTHONPATH"] =
        "{opt}/python/lib/python" + python.version + "/site-packages:{opt}/python";
  const std::string home = own_variable("HOME", "");
  if (!home.empty()) out.environment["PYTHONUSERBASE"] = home + "/.local";
}

void Runtimes::node(const Function& function, Command& out) {
  const Interpreters::Node node = interpreters_.node(function.runtime);
  if (node.path.empty()) return;
  write_file("bootstrap.mjs", embedded::kNodeBootstrap);
  std::error_code ignored;
  out.interpreter = fs::canonical(node.path, ignored);
  out.words = {node.path};
  for (const std::string& flag : node.flags) {
    // "--no-x" gives way to an own "--x".
    const std::string own = "--" + flag.substr(5);
    const auto options = split(function.node_options, ' ');
    if (std::find(options.begin(), options.end(), own) == options.end()) out.words.push_back(flag);
  }
  out.words.emplace_back("{runtime}/bootstrap.mjs");
  out.pool = Command::Pool::node;
  const std::string major = function.runtime.substr(0, function.runtime.find('.')).substr(6);
  out.environment["NODE_PATH"] =
      (function.opt.empty() ? std::string()
                            : "{opt}/nodejs/node" + major + "/node_modules:{opt}/nodejs/node_modules:") +
      node_modules(node.path);
}

void Runtimes::ruby(const Function& function, Command& out) {
  const Interpreters::Ruby ruby = interpreters_.ruby(function.runtime);
  if (ruby.path.empty()) return;
  write_file("bootstrap.rb", embedded::kRubyBootstrap);
  std::error_code ignored;
  out.interpreter = fs::canonical(ruby.path, ignored);
  out.words = {ruby.path, "{runtime}/bootstrap.rb"};
  // Gems of the runtime's version, and of the one that runs here.
  const std::string wanted = function.runtime.substr(4) + ".0";
  std::string gems, libraries = "{task}";
  for (const std::string& version : {wanted, ruby.api}) {
    gems += "{task}/vendor/bundle/ruby/" + version + ":";
    if (!function.opt.empty()) gems += "{opt}/ruby/gems/" + version + ":";
    if (wanted == ruby.api) break;
  }
  if (!function.opt.empty()) libraries += ":{opt}/ruby/lib";
  out.environment["GEM_PATH"] = gems + ruby.gems;
  out.environment["RUBYLIB"] = libraries;
}

/// Decision 0023.
std::string Runtimes::compile_java(const std::string& java) {
  const std::lock_guard lock(compiler_);
  std::error_code ignored;
  const std::string classes = directory_ + "/java", sources = directory_ + "/java-source";
  if (fs::is_directory(classes, ignored)) return {};
  fs::create_directories(sources, ignored);
  std::string files;
  for (const auto& [name, text] :
       {std::pair{"Bootstrap", embedded::kJavaBootstrap}, std::pair{"Handlers", embedded::kJavaHandlers},
        std::pair{"Interfaces", embedded::kJavaInterfaces}, std::pair{"Faults", embedded::kJavaFaults},
        std::pair{"Beans", embedded::kJavaBeans}, std::pair{"Json", embedded::kJavaJson}}) {
    write_file(std::string("java-source/") + name + ".java", text);
    files += " " + quoted(sources + "/" + name + ".java");
  }
  const std::string unfinished = classes + ".new";
  const std::string said =
      output_of(quoted(java) +
                " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -m jdk.compiler/com.sun.tools.javac.Main "
                "-proc:none -nowarn -encoding UTF-8 -d " +
                quoted(unfinished) + files + " 2>&1");
  if (!fs::exists(unfinished + "/puddle/runtime/Bootstrap.class", ignored))
    return "needs a Java 11 or newer with its compiler (the module jdk.compiler); " + java + " says: " + said;
  fs::rename(unfinished, classes, ignored);
  return {};
}

void Runtimes::java(const Function& function, Command& out) {
  const Interpreters::Java java = interpreters_.java(function.runtime);
  if (java.path.empty()) return;
  if (const std::string problem = compile_java(java.path); !problem.empty()) {
    out.problem = function.runtime + " " + problem;
    return;
  }
  std::error_code ignored;
  out.interpreter = fs::canonical(java.path, ignored);
  // A heap of the share that Lambda gives, and what starts fast and leaves no files in /tmp.
  const std::int64_t heap = function.memory_mb * 1024 * 85 / 100;
  out.words = {java.path,
               "-XX:MaxHeapSize=" + std::to_string(heap) + "k",
               "-XX:TieredStopAtLevel=1",
               "-XX:+UseSerialGC",
               "-XX:-UsePerfData",
               "-Xshare:auto"};
  if (!function.opt.empty()) out.words.push_back("-Dpuddle.opt={opt}");
  out.words.insert(out.words.end(), {"-cp", "{runtime}/java", "puddle.runtime.Bootstrap"});
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
  out.reserve(words.size());
  for (const std::string& word : words) out.push_back(expand(word, plan));
  return out;
}

std::map<std::string, std::string> Runtimes::variables(const Command& command, const SandboxPlan& plan) {
  std::map<std::string, std::string> out = command.environment;
  for (auto& [name, value] : out) value = expand(std::move(value), plan);
  return out;
}

std::string Runtimes::search_path(const SandboxPlan& plan) {
  const std::string path = own_variable("PATH", "/usr/local/bin:/usr/bin:/bin");
  return plan.opt.empty() ? path : path + ":" + plan.opt + "/bin";
}

}  // namespace puddle
