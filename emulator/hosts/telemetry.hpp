// Telemetry: what an environment's subscribers of the Telemetry API (and of the older Logs API) get: events
// are gathered and posted to the subscriber's HTTP server. Engine thread; owned by the environment; a
// subscriber that does not answer loses events, and is told how many. What has happened in the init phase
// before somebody subscribed is kept for him.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "hosts/asio_loop.hpp"
#include "ports/platform_event.hpp"

namespace puddle {

class Telemetry {
 public:
  explicit Telemetry(AsioLoop& loop);
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  enum class Api { logs, telemetry };
  struct Subscribed {
    HttpResponse response;
    std::vector<std::string> types;  ///< empty when it was refused
  };
  /// A PUT of an extension. Replaces its earlier subscription.
  Subscribed subscribe(Api api, const std::string& extension, std::string_view body);
  void platform(const PlatformEvent& event);
  /// A line of the function or of an extension. json: an object is passed on as one.
  enum class Source { function, extension };
  void line(Source source, std::string_view text, bool json);
  /// Sends what has gathered.
  void flush();
  /// An init phase begins, or is over: nobody can subscribe any more.
  void begin_init() { early_.clear(), init_ = true; }
  void end_init() { early_.clear(), init_ = false; }

 private:
  struct Subscriber;
  struct Happened {
    Time when;
    enum class Kind { platform, function, extension } kind;
    PlatformEvent event;  // of the platform
    std::string line;     // of the others
    bool json = false;
  };
  void tell(Happened happened);
  void give(Subscriber& to, const Happened& happened);
  void add(Subscriber& to, std::string event);
  AsioLoop& loop_;
  bool init_ = false;
  std::vector<Happened> early_;
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
};

}  // namespace puddle
