// Gateway: every request that comes in over HTTP. Control plane, then routing, authentication and the
// dispatcher. Engine thread only; all references outlive it, and it outlives the listeners that call it.
// Create it when all services have been added to the dispatcher. Nothing here throws to the listener: what
// fails becomes an answer.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/control_plane.hpp"
#include "gateway/router.hpp"
#include "pipeline/authenticator.hpp"
#include "pipeline/dispatcher.hpp"
#include "ports/entropy.hpp"

namespace puddle {

class Gateway {
 public:
  struct Options {
    AuthMode auth = AuthMode::warn;
    ControlHooks control;
  };
  struct Parts {
    Dispatcher& dispatcher;
    Authenticator& authenticator;
    const Settings& settings;
    Store& store;
    Loop& loop;
    Entropy& entropy;
  };
  Gateway(Parts parts, Options options);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void handle(HttpRequest request, Respond respond);
  /// For ListenOptions' handler.
  HttpHandler handler() {
    return [this](HttpRequest request, Respond respond) { handle(std::move(request), std::move(respond)); };
  }
  void mount(std::string prefix, HttpHandler handler) {
    control_.mount(std::move(prefix), std::move(handler));
  }

 private:
  void route(HttpRequest&& request, const Respond& respond);
  void serve_api(const Target& target, HttpRequest&& request, const Signature& signature,
                 const Respond& answer);
  void call(const Target& target, HttpRequest&& request, const Signature& signature, const Respond& respond);
  void serve(const Target& target, const HttpRequest& request, const Signature& signature,
             const Respond& respond);
  bool tool(const HttpRequest& request, const Signature& signature, const Respond& respond);
  void unknown(const Target& target, const HttpRequest& request, const Signature& signature,
               const Respond& respond);
  std::optional<wire::Fault> authenticate(const HttpRequest& request, const Signature& signature,
                                          AuthMode mode, Call& call);
  bool needs_no_signature(const Service& service, const HttpRequest& request) const;
  HttpResponse refusal(const Service& service, const HttpRequest& request, const wire::Fault& fault);

  Parts parts_;
  Options options_;
  Router router_;
  ControlPlane control_;
};

}  // namespace puddle
