#include "gateway/http_message.hpp"

#include <algorithm>
#include <array>

#include "base/scan.hpp"
#include "base/text.hpp"

namespace puddle {
namespace {

/// Headers that say where a message ends: ours alone.
bool is_framing(std::string_view name) {
  switch (name.size()) {
    case 10:
      return iequals(name, "connection") || iequals(name, "keep-alive");
    case 14:
      return iequals(name, "content-length");
    case 17:
      return iequals(name, "transfer-encoding");
    default:
      return false;
  }
}

constexpr auto kTokenCharacters = [] {
  std::array<bool, 256> out{};
  for (std::size_t c = '!'; c < 127; ++c)
    out[c] = std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
  return out;
}();

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; });
}

/// Without what could end the header.
void append_value(std::string& out, std::string_view value) {
  std::size_t i = out.size();
  out.append(value);
  for (i += printable_prefix(value); i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if ((c < ' ' && c != '\t') || c == 127) out[i] = ' ';
  }
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 418:
      return "I'm a teapot";
    case 422:
      return "Unprocessable Entity";
    case 424:
      return "Failed Dependency";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return status < 200 ? "Informational" : status < 300 ? "Success" : status < 400 ? "Redirect" : "Error";
  }
}

bool status_has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_response_head(std::string& out, const HttpResponse& response, std::size_t length,
                          const ResponseFraming& framing) {
  const int status = response.status >= 100 && response.status <= 999 ? response.status : 500;
  out += "HTTP/1.1 ";
  out += std::to_string(status);
  out += ' ';
  out += reason_phrase(status);
  bool dated = false;
  for (const auto& [name, value] : response.headers.entries()) {
    if (is_framing(name) || !is_token(name)) continue;
    if (iequals(name, "date")) dated = true;
    out += "\r\n";
    out += name;
    out += ": ";
    append_value(out, value);
  }
  if (!dated && !framing.date.empty()) {
    out += "\r\nDate: ";
    out += framing.date;
  }
  if (status_has_body(status)) {
    out += "\r\nContent-Length: ";
    out += std::to_string(length);
  }
  if (framing.close)
    out += "\r\nConnection: close";
  else if (framing.http_1_0)
    out += "\r\nConnection: keep-alive";
  out += "\r\n\r\n";
}

}  // namespace puddle
