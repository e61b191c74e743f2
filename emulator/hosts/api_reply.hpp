// Answers of the Runtime, Extensions and Telemetry APIs.
#pragma once
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "base/text.hpp"

namespace puddle {

/// {"errorType":..,"errorMessage":..}
inline std::string error_json(std::string_view type, std::string_view message) {
  std::string out = "{\"errorType\":";
  append_json_string(out, type);
  out += ",\"errorMessage\":";
  append_json_string(out, message);
  return out + "}";
}

inline HttpResponse api_reply(int status, std::string body) {
  HttpResponse r;
  r.status = status;
  r.headers.add("Content-Type", "application/json");
  r.body = std::move(body);
  return r;
}
inline HttpResponse api_accepted() { return api_reply(202, "{\"status\":\"OK\"}\n"); }
inline HttpResponse api_error(int status, std::string_view type, std::string_view message) {
  return api_reply(status, error_json(type, message));
}

}  // namespace puddle
