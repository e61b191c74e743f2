// Parts of the daemon that bring their own hosts: mail (inbox, SMTP listener, mailer) and function processes.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "aws/service.hpp"
#include "gateway/gateway.hpp"
#include "hosts/asio_loop.hpp"
#include "hosts/native_host.hpp"
#include "ports/http_server.hpp"
#include "puddle/config.hpp"

namespace puddle {

struct MailParts {
  virtual ~MailParts() = default;
  static std::unique_ptr<MailParts> make(AsioLoop& loop, Pool& pool, const Config& config);
  virtual Mailer* mailer() = 0;
  /// Opens the SMTP port; the problem, or empty. follow is called with confirmation links when
  /// settings.inbox_confirm.
  virtual std::string start(Store& store, Entropy& entropy, const Settings& settings,
                            std::function<void(const std::string&)> follow) = 0;
  virtual void mount(Gateway& gateway) = 0;
  /// For a person: where mail goes.
  virtual std::string description() const = 0;
};

struct FunctionParts {
  virtual ~FunctionParts() = default;
  static std::unique_ptr<FunctionParts> make(AsioLoop& loop, HttpServer& http, Pool& pool,
                                             const std::string& scratch);
  virtual FunctionHost* host() = 0;
  virtual void add(std::string name, NativeHandler handler) = 0;
};

}  // namespace puddle
