// HttpServer: opens listeners. The gateway, the Runtime API of each function environment and tests use it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/http.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace puddle {

struct ListenOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 takes a free one
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 64 * 1024 * 1024;
  std::size_t max_connections = 4096;
  Duration idle_timeout = std::chrono::seconds(75);  ///< between requests and while reading one
};

/// An open listener; destroying it closes the port and its connections.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual std::uint16_t port() const = 0;
  /// Stops accepting; running requests finish; `done` when the last connection is closed.
  virtual void drain(std::function<void()> done) = 0;
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;
  virtual Result<std::unique_ptr<Listener>> listen(ListenOptions options, HttpHandler handler) = 0;
};

}  // namespace puddle
