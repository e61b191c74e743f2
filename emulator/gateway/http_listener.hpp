// BeastHttpServer: HTTP/1.0 and 1.1 listeners on the engine thread, written for speed: callbacks, one buffer
// per connection, one write per response. No thread of its own. The loop and the io_context outlive it and
// its listeners.
//
// What a handler may rely on: it is called once per well-formed request, never for two requests of a
// connection at the same time; `respond` may be called at once or much later, from the engine thread;
// `request.gone` becomes true when the client closes the connection meanwhile. A handler that drops `respond`
// without calling it closes the connection.
//
// Malformed, oversized and ambiguous requests are answered here (400, 413, 414, 431) and the connection is
// closed. listen() fails when the address cannot be bound.
#pragma once
#include <memory>

#include "ports/http_server.hpp"
#include "ports/loop.hpp"

namespace boost::asio {
class io_context;
}

namespace puddle {

class BeastHttpServer final : public HttpServer {
 public:
  BeastHttpServer(Loop& loop, boost::asio::io_context& context) : loop_(loop), context_(context) {}
  Result<std::unique_ptr<Listener>> listen(ListenOptions options, HttpHandler handler) override;

 private:
  Loop& loop_;
  boost::asio::io_context& context_;
};

}  // namespace puddle
