// Plain HTTP messages: what the gateway, the codecs and in-process HTTP integrations exchange. No sockets
// here.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puddle {

/// Header list in order of arrival; names compare without case; repeated names allowed.
class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;
  /// First value of the name, or nullptr.
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name, std::string_view fallback = {}) const;
  void set(std::string_view name, std::string value);  ///< replaces every entry of that name
  void add(std::string name, std::string value);
  void erase(std::string_view name);
  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }

 private:
  std::vector<Entry> entries_;
};

/// Name and value of a query string or form, decoded, in order.
using Parameters = std::vector<std::pair<std::string, std::string>>;
/// '+' is a space and bad escapes are kept. At most `limit` pairs; nothing when there are more.
std::optional<Parameters> parse_query(std::string_view text, std::size_t limit = 10'000);

struct HttpRequest {
  std::string method;  ///< upper case
  std::string target;  ///< as sent: path with query string
  Headers headers;
  std::string body;  ///< after chunked decoding
  std::string peer;  ///< "127.0.0.1" of the client; "in-process" for calls without a socket
  std::shared_ptr<const bool>
      gone;  ///< becomes true when the client closed its connection; null without a socket

  std::string_view path() const;   ///< raw, still percent-encoded, without the query string
  std::string_view query() const;  ///< raw, without '?'
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
  bool close = false;  ///< close the connection after this response
};

/// Called exactly once with the answer, on the engine thread.
using Respond = std::function<void(HttpResponse)>;
/// Serves one request.
using HttpHandler = std::function<void(HttpRequest, Respond)>;

}  // namespace puddle
