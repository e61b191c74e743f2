// Mailer: hands one message to an SMTP relay (the built-in inbox by default).
#pragma once
#include <functional>
#include <string>

namespace puddle {

struct Mail {
  std::string from;     ///< envelope sender, an address
  std::string to;       ///< envelope recipient, an address
  std::string message;  ///< RFC 5322, headers and body, CRLF line ends
};

struct MailOutcome {
  enum class Kind { sent, transient, permanent } kind = Kind::sent;
  std::string detail;  ///< the server's last reply or the connection's error
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  /// Calls done once, on the engine thread, never before send returns.
  virtual void send(Mail mail, std::function<void(MailOutcome)> done) = 0;
};

}  // namespace puddle
