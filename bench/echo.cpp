// puddle_echo: the unit of every benchmark. Puddle's own HTTP server, answering each request with the same
// 200 bytes of JSON: what is left of a request when there is no emulator behind the listener.
#include <cstdio>
#include <string>

#include "gateway/http_listener.hpp"
#include "hosts/asio_loop.hpp"

int main() {
  puddle::AsioLoop loop;
  puddle::BeastHttpServer server(loop, loop.context());
  const std::string body = "{\"echo\":\"" + std::string(189, 'x') + "\"}";
  auto listener = server.listen({}, [&body](const puddle::HttpRequest&, const puddle::Respond& respond) {
    puddle::HttpResponse response;
    response.headers.add("Content-Type", "application/json");
    response.body = body;
    respond(std::move(response));
  });
  if (!listener) {
    std::fprintf(stderr, "puddle_echo: %s\n", listener.error().message.c_str());
    return 1;
  }
  loop.on_signal([&loop](int) { loop.stop(); });
  std::printf("http://127.0.0.1:%u\nReady.\n", static_cast<unsigned>((*listener)->port()));
  std::fflush(stdout);
  loop.run();
  return 0;
}
