// ControlPlane: the emulator's own endpoints (/_puddle/..., and the names that tools of others ask for).
// Engine thread only. Unknown paths get 404, known paths with another method 405. Mounted handlers get
// everything below their prefix.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"
#include "base/http.hpp"
#include "pipeline/dispatcher.hpp"
#include "store/store.hpp"

namespace puddle {

struct ControlHooks {
  std::string version = "0.1.0";
  std::function<void()> reset;                  ///< every account gone; rows committed when it returns
  std::function<void(Duration)> advance_clock;  ///< empty: the clock cannot be moved
  std::function<bool()> ready;                  ///< empty: ready as long as the store works
};

class ControlPlane {
 public:
  ControlPlane(Dispatcher& dispatcher, const Settings& settings, Store& store, Loop& loop,
               ControlHooks hooks);
  /// prefix: "/_puddle/inbox"; serves it and every path below. The longest prefix wins; mounts win over
  /// built-in paths.
  void mount(std::string prefix, HttpHandler handler);
  /// Whether a mount covers the path.
  bool mounted(std::string_view path) const { return find_mount(path) != nullptr; }
  void handle(HttpRequest request, const Respond& respond);

 private:
  struct Mount {
    std::string prefix;
    HttpHandler handler;
  };
  struct Endpoint {
    std::string_view path, method;
    void (ControlPlane::*serve)(const HttpRequest&, const Respond&);
  };
  static const std::vector<Endpoint>& endpoints();
  const Mount* find_mount(std::string_view path) const;
  void ready(const HttpRequest& request, const Respond& respond);
  void version(const HttpRequest& request, const Respond& respond);
  void health(const HttpRequest& request, const Respond& respond);
  void info(const HttpRequest& request, const Respond& respond);
  void reset(const HttpRequest& request, const Respond& respond);
  void clock(const HttpRequest& request, const Respond& respond);
  void advance(const HttpRequest& request, const Respond& respond);
  void trace(const HttpRequest& request, const Respond& respond);

  Dispatcher& dispatcher_;
  const Settings& settings_;
  Store& store_;
  Loop& loop_;
  ControlHooks hooks_;
  std::vector<Mount> mounts_;
};

/// ISO 8601 duration of days and smaller ("PT15M", "P1DT2H", "PT0.5S"); nothing on anything else, also on
/// more than ten years.
std::optional<Duration> parse_duration(std::string_view text);

HttpResponse json_response(int status, const wire::Value& value);

}  // namespace puddle
