// libcurl, loaded with dlopen when it is first needed: linked, its dozen libraries would cost an idle daemon
// megabytes and milliseconds that it never uses (docs/decisions/0002-libcurl-on-demand.md). Blocking calls,
// for the pool's threads and for the small subcommands; never for the engine thread.
#pragma once
#include <atomic>
#include <chrono>
#include <string>

#include "base/result.hpp"

namespace puddle {

struct CurlAnswer {
  int status = 0;
  std::string body;
};

Result<CurlAnswer> curl_get(const std::string& url, std::chrono::milliseconds timeout);

struct CurlMail {
  std::string url;  ///< smtp://host:port or smtps://...
  std::string user, password, from, to, message;
};
struct CurlMailAnswer {
  bool sent = false;
  long code = 0;  ///< of the server's last reply; 0 when there was none
  std::string detail;
};

/// One SMTP relay. A connection per message: a kept one would have to be closed politely at a bad moment, the
/// shutdown. send() by one thread at a time; abort() by any.
class CurlSmtp {
 public:
  CurlSmtp() = default;
  ~CurlSmtp();
  CurlSmtp(const CurlSmtp&) = delete;
  CurlSmtp& operator=(const CurlSmtp&) = delete;
  CurlMailAnswer send(const CurlMail& mail);
  /// Ends a send that is under way within a second, and every later one at once.
  void abort() { aborted_ = true; }

 private:
  void* handle_ = nullptr;
  std::atomic<bool> aborted_ = false;
};

}  // namespace puddle
