// Text of HTTP/1 responses. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/http.hpp"

namespace puddle {

std::string_view reason_phrase(int status);

struct ResponseFraming {
  bool http_1_0 = false;
  bool close = false;     ///< the connection ends after this response
  std::string_view date;  ///< for the Date header, unless the response has one
};
/// Appends status line, headers and the empty line, not the body, whose length is given. Framing headers of
/// the response (Content-Length, Transfer-Encoding, Connection, Keep-Alive) are ours: the response's own are
/// left out. Control characters in header values become spaces, so that no value can start another header or
/// response.
void append_response_head(std::string& out, const HttpResponse& response, std::size_t length,
                          const ResponseFraming& framing);
/// Whether a response of this status may have a body at all.
bool status_has_body(int status);

}  // namespace puddle
