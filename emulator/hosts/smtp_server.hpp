// SmtpServer: receives mail (RFC 5321: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, VRFY, QUIT; PIPELINING,
// SIZE, 8BITMIME). A message is answered 250 only when the sink has stored it. Bounded: message size,
// recipients, line length, connections, idle time. Engine thread; the loop outlives it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "hosts/asio_loop.hpp"
#include "ports/mailer.hpp"

namespace puddle {

class SmtpServer {
 public:
  /// Called once per message and recipient; must call stored(true) once it cannot be lost any more.
  using Sink = std::function<void(Mail, std::function<void(bool)> stored)>;
  static Result<std::unique_ptr<SmtpServer>> listen(AsioLoop& loop, const std::string& address,
                                                    std::uint16_t port, Sink sink);
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;
  std::uint16_t port() const;

 private:
  struct Impl;
  explicit SmtpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace puddle
