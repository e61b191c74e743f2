// Extensions: who has registered with the Extensions API of one environment, and who waits for an event. The
// processes of external extensions are the environment's; here are their conversations. Engine thread.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/http.hpp"
#include "base/time.hpp"
#include "ports/function_host.hpp"

namespace puddle {

class Extensions {
 public:
  struct Events {
    std::function<void()> changed;  ///< somebody registered or waits for the next event
    std::function<void(std::string name, std::string state, std::vector<std::string> events)> state;
    std::function<void(std::string error_type)> failed;  ///< init/error or exit/error
  };
  Extensions(const EnvironmentSpec& spec, Events events) : spec_(spec), events_(std::move(events)) {}
  ~Extensions() { reset({}); }
  Extensions(const Extensions&) = delete;
  Extensions& operator=(const Extensions&) = delete;

  /// Forgets everybody; these external extensions are being started.
  void reset(std::vector<std::string> external);
  /// A request below /2020-01-01/extension/.
  void serve(const HttpRequest& request, std::string_view rest, const Respond& respond);
  /// No one registers any more: the function's init phase is over.
  void close_registration() { open_ = false; }

  bool all_registered() const;  ///< the external ones
  bool all_waiting() const;     ///< everybody waits in next: nothing is under way
  bool any() const { return !known_.empty(); }
  bool wants_shutdown() const;
  bool wants_shutdown(const std::string& name) const;
  /// The name of the extension that a request's Lambda-Extension-Identifier names; empty when it is unknown.
  std::string name_of(const HttpRequest& request) const;

  void invoke(const Invocation& invocation, const std::string& function_arn, Time deadline);
  /// reason: "spindown", "timeout", "failure".
  void shut_down(std::string_view reason, Time deadline);
  /// One that has ended is not waited for.
  void gone(const std::string& name) { known_.erase(name); }

 private:
  struct Extension {
    std::string id;
    bool external = false, registered = false, invoke = false, shutdown = false;
    Respond next;
    std::string waiting_event;  // an event that came while it was not waiting
    std::vector<std::string> events;
  };
  void enroll(const HttpRequest& request, const Respond& respond);
  void take_next(Extension& extension, const Respond& respond);
  void send(Extension& extension, std::string event);
  Extension* find(const HttpRequest& request);
  const EnvironmentSpec& spec_;
  Events events_;
  std::map<std::string, Extension> known_;  // by name
  std::uint64_t count_ = 0;
  bool open_ = true;
};

}  // namespace puddle
