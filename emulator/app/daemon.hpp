// Daemon: the real composition: hosts, engine, gateway, listeners. Built in phases, each a function in
// daemon.cpp; torn down in reverse. One thread, the engine thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/engine.hpp"
#include "gateway/gateway.hpp"
#include "gateway/http_listener.hpp"
#include "hosts/asio_loop.hpp"
#include "hosts/pool.hpp"
#include "hosts/system_entropy.hpp"
#include "puddle/config.hpp"
#include "puddle/function.hpp"
#include "runtime/task.hpp"

namespace puddle {

struct MailParts;      // inbox, SMTP listener, mailer
struct FunctionParts;  // process host

class Daemon {
 public:
  /// Throws StartError (puddle/emulator.hpp).
  explicit Daemon(Config config);
  ~Daemon();
  int run();
  void stop();
  void stop_from_other_thread() {
    loop_.post_from_other_thread([this] { stop(); });
  }
  /// Before run().
  void add_function(std::string name, FunctionHandler handler, FunctionOptions options);
  const std::string& endpoint() const { return endpoint_; }
  std::function<void(const std::string&)> print;

 private:
  void make_scratch();
  void open_listener();
  void make_engine();
  // native_functions.cpp: functions of the embedder. The problem, or empty.
  Task<std::string> create_functions();
  Task<std::string> create_role();
  Task<std::string> call(std::string service, std::string operation, wire::Map input);
  void start_mail();
  void advance_clock(Duration by) { loop_.advance(by); }
  void announce(const std::string& api_url);
  void settle();
  void follow_link(const std::string& link);
  Task<> deploy_and_announce();
  void shut_down();

  Config config_;
  AsioLoop loop_;
  ThreadPool pool_;
  SystemEntropy entropy_;
  BeastHttpServer http_;
  std::string endpoint_, scratch_;
  std::unique_ptr<MailParts> mail_;
  std::unique_ptr<FunctionParts> functions_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::pair<std::string, FunctionOptions>> native_;
  TaskGroup tasks_;
  int exit_code_ = 0;
  bool stopping_ = false;
};

}  // namespace puddle
