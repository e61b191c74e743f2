// Heads of responses as text.
#include <catch2/catch.hpp>

#include "gateway/http_message.hpp"

using namespace puddle;

namespace {
std::string head(const HttpResponse& response, std::size_t length, ResponseFraming framing = {}) {
  std::string out;
  append_response_head(out, response, length, framing);
  return out;
}
}  // namespace

TEST_CASE("a head has status line, the response's headers, date and length") {
  HttpResponse r;
  r.headers.add("Content-Type", "application/x-amz-json-1.0");
  ResponseFraming f;
  f.date = "Tue, 24 Nov 2026 10:15:30 GMT";
  REQUIRE(head(r, 2, f) ==
          "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
          "Date: Tue, 24 Nov 2026 10:15:30 GMT\r\nContent-Length: 2\r\n\r\n");
}

TEST_CASE("framing headers of the response are replaced and values cannot start another header") {
  HttpResponse r;
  r.status = 201;
  r.headers.add("content-length", "999");
  r.headers.add("Transfer-Encoding", "chunked");
  r.headers.add("X-A", "1\r\nSet-Cookie: evil");
  r.headers.add("X-B\r\nInjected", "1");
  REQUIRE(head(r, 0) == "HTTP/1.1 201 Created\r\nX-A: 1  Set-Cookie: evil\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("204 and 304 have no length, HTTP/1.0 is told that the connection stays") {
  HttpResponse r;
  r.status = 204;
  REQUIRE(head(r, 0) == "HTTP/1.1 204 No Content\r\n\r\n");
  r.status = 200;
  ResponseFraming f;
  f.http_1_0 = true;
  REQUIRE(head(r, 0, f).find("Connection: keep-alive\r\n") != std::string::npos);
  f.close = true;
  REQUIRE(head(r, 0, f).find("Connection: close\r\n") != std::string::npos);
}
