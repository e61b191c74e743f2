// A process host on a real loop, with functions given as text.
#pragma once
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "gateway/http_listener.hpp"
#include "hosts/pool.hpp"
#include "hosts/process_host.hpp"
#include "services/lambda/zip.hpp"

namespace puddle::test {

using Kind = InvocationOutcome::Kind;

struct Host {
  AsioLoop loop;
  ThreadPool pool{loop};
  BeastHttpServer http{loop, loop.context()};
  std::string scratch = make_scratch();
  std::unique_ptr<ProcessHost> host = std::make_unique<ProcessHost>(loop, http, pool, scratch);
  std::vector<std::string> lines;
  std::vector<InitFailure> failures;
  std::vector<std::string> extensions;  // "name state"
  std::string exited;
  ~Host() {
    host.reset();
    std::filesystem::remove_all(scratch);
  }
  static std::string make_scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "puddle-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    return name;
  }
  static std::string archive(const std::vector<std::pair<std::string, std::string>>& files) {
    return lambda::make_zip(files);
  }
  /// With the mode 0755, which make_zip does not give.
  static std::string executable(const std::vector<std::pair<std::string, std::string>>& files) {
    using namespace std::string_literals;
    return replace_all(archive(files), "\0\0\xA4\x81"s, "\0\0\xED\x81"s);
  }
  FunctionHost::EnvironmentId start(const std::string& code, EnvironmentSpec spec = {}) {
    const bool python = spec.runtime.empty() || spec.runtime.starts_with("python");
    const bool node = spec.runtime.starts_with("nodejs");
    const std::string name = python ? "index.py" : node ? "index.mjs" : "bootstrap";
    return start_zip(archive({{name, code}}), std::move(spec));
  }
  FunctionHost::EnvironmentId start_zip(const std::string& zip, EnvironmentSpec spec) {
    if (spec.runtime.empty()) spec.runtime = "python3.12";
    if (spec.handler.empty()) spec.handler = "index.handler";
    spec.function_arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    spec.function_name = "f";
    spec.account = "000000000000";
    spec.variables.emplace("AWS_EXECUTION_ENV", "AWS_Lambda_" + spec.runtime);
    spec.code_sha256 = sha256_hex(zip);
    spec.code_zip = [zip] { return zip; };
    FunctionHost::Events events;
    events.output = [this](std::string line) { lines.push_back(std::move(line)); };
    events.exited = [this](std::string why) { exited = std::move(why); };
    events.init_failed = [this](InitFailure f) { failures.push_back(std::move(f)); };
    events.extension = [this](std::string who, std::string state, std::vector<std::string>) {
      extensions.push_back(who + " " + state);
    };
    return host->start(std::move(spec), std::move(events));
  }
  InvocationOutcome invoke(FunctionHost::EnvironmentId id, const std::string& payload = "{}") {
    std::optional<InvocationOutcome> out;
    Invocation i;
    i.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
    i.payload = payload;
    host->invoke(id, std::move(i), [&](InvocationOutcome o) { out = std::move(o); });
    REQUIRE(loop.run_until([&] { return out.has_value(); }, 60s));
    return *out;
  }
  bool has_line(const std::string& text) const {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& l) { return l.find(text) != std::string::npos; });
  }
  bool isolated() { return sandbox_ability(scratch).isolated; }
};

/// A layer, or code, as the environment wants it.
inline CodeArchive layer(const std::string& zip) {
  return {sha256_hex(zip), [zip] { return zip; }};
}

}  // namespace puddle::test
