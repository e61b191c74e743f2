#include "hosts/node_pool.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/log.hpp"
#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

constexpr Duration kRefill = std::chrono::milliseconds(300);
constexpr Duration kIdle = std::chrono::minutes(10);
constexpr int kMaxFailures = 3;  // then it is left alone
const std::map<std::string, std::string> kEnvironment{
    {"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LANG", "C.UTF-8"}, {"TZ", ":UTC"}};

/// Variables that the interpreter, the C library or the loader read before any function's code runs.
bool read_early(const std::string& name, const std::string& value) {
  if (name == "LANG") return value != kEnvironment.at("LANG");
  if (name == "NODE_PATH") return false;  // is read again
  constexpr std::array<std::string_view, 9> kPrefixes{"NODE_",  "UV_",      "LD_",  "LC_", "MALLOC_",
                                                      "GLIBC_", "OPENSSL_", "SSL_", "ICU_"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string to_json(const NodePool::Request& r) {
  std::string out = "{\"script\":";
  append_json_string(out, r.command.back());
  out += ",\"directory\":";
  append_json_string(out, r.directory);
  out += ",\"environment\":{";
  for (const auto& [name, value] : r.environment) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  return out + "}}";
}

}  // namespace

NodePool::NodePool(AsioLoop& loop, std::vector<std::string> command, SandboxAbility ability,
                   std::string scratch)
    : loop_(loop),
      command_(std::move(command)),
      ability_(std::move(ability)),
      scratch_(std::move(scratch)),
      self_(std::make_shared<NodePool*>(this)) {}

NodePool::~NodePool() {
  self_.reset();
  if (timer_) loop_.cancel(timer_);
  if (channel_ >= 0) ::close(channel_);
}

void NodePool::later(Duration span, void (NodePool::*what)()) {
  if (timer_) loop_.cancel(timer_);
  timer_ = loop_.at(loop_.now() + span, [this, what] {
    timer_ = 0;
    (this->*what)();
  });
}

void NodePool::warm() {
  if (failures_ >= kMaxFailures) return;
  later(kIdle, &NodePool::drop);
  if (spare_) return;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  const SandboxPaths paths{
      scratch_ + "/waiting/code", scratch_ + "/runtimes", {}, {}, scratch_ + "/waiting/var", {}, {}};
  std::error_code ignored;
  for (const std::string& path : {paths.code, paths.staging})
    std::filesystem::create_directories(path, ignored);
  const SandboxPlan plan = make_waiting_plan(ability_, paths);
  ChildProcess::Options options;
  options.command = command_;
  options.command.insert(options.command.end(), {plan.runtime + "/bootstrap.mjs", "--wait"});
  options.directory = "/";
  options.channel = ends[1];
  options.environment = kEnvironment;
  options.sandbox = &plan;
  ChildProcess::Events events;
  events.output = [](std::string_view text) {
    log(Level::debug, "lambda", "waiting node: " + std::string(trim(text)));
  };
  events.exited = [weak = std::weak_ptr(self_)](int) {
    const auto self = weak.lock();
    if (!self) return;
    ++(*self)->failures_;
    (*self)->drop();
  };
  auto started = ChildProcess::start(loop_, options, std::move(events));
  ::close(ends[1]);
  if (!started) {
    ::close(ends[0]);
    return;
  }
  spare_ = std::move(*started);
  channel_ = ends[0];
}

void NodePool::drop() {
  if (timer_) loop_.cancel(std::exchange(timer_, 0));
  if (channel_ >= 0) ::close(std::exchange(channel_, -1));
  // Not inside the process's own callback.
  loop_.post([spare = std::shared_ptr<ChildProcess>(std::move(spare_))] {});
}

std::unique_ptr<ChildProcess> NodePool::take(const Request& request, ChildProcess::Events events) {
  // Whether it was of use or not: another start may follow.
  later(kRefill, &NodePool::warm);
  const bool early = std::any_of(request.environment.begin(), request.environment.end(),
                                 [](const auto& v) { return read_early(v.first, v.second); });
  if (!spare_ || early || request.plan->isolated != ability_.isolated) return nullptr;
  const std::string text = to_json(request);
  const std::string problem =
      request.plan->isolated ? apply_sandbox_to(spare_->pid(), *request.plan) : std::string();
  if (!problem.empty() || ::send(channel_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
                              static_cast<ssize_t>(text.size())) {
    log(Level::debug, "lambda", "the waiting node was not used: " + problem);
    drop();
    later(kRefill, &NodePool::warm);
    return nullptr;
  }
  ::close(std::exchange(channel_, -1));
  failures_ = 0;
  spare_->set_events(std::move(events));
  return std::move(spare_);
}

}  // namespace puddle
