// libcurl, loaded with dlopen when it is first needed: linked, its dozen libraries would cost an idle daemon megabytes
// and milliseconds that it never uses (docs/decisions/0002-libcurl-on-demand.md). Blocking calls, for the pool's threads
// and for the small subcommands; never for the engine thread.
#pragma once
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

/// One SMTP relay; keeps its connection between messages. One thread at a time.
class CurlSmtp {
 public:
  CurlSmtp() = default;
  ~CurlSmtp();
  CurlSmtp(const CurlSmtp&) = delete;
  CurlSmtp& operator=(const CurlSmtp&) = delete;
  CurlMailAnswer send(const CurlMail& mail);

 private:
  void* handle_ = nullptr;
};

}  // namespace puddle
