// The listener over real loopback sockets: everything runs on this thread, clients are plain blocking-free
// sockets.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "gateway/http_listener.hpp"
#include "hosts/asio_loop.hpp"

using namespace puddle;

namespace {

struct Server {
  AsioLoop loop;
  BeastHttpServer http{loop, loop.context()};
  std::vector<HttpRequest> seen;
  std::vector<Respond> waiting;  // of requests to /wait
  std::unique_ptr<Listener> listener;

  explicit Server(ListenOptions options = {}) {
    auto opened = http.listen(options, [this](HttpRequest request, Respond respond) {
      seen.push_back(request);
      if (request.target == "/wait") return waiting.push_back(std::move(respond));
      HttpResponse response;
      response.headers.add("Content-Type", "text/plain");
      response.body =
          request.target == "/big" ? std::string(8 << 20, 'b') : request.method + " " + request.body;
      respond(std::move(response));
    });
    REQUIRE(opened);
    listener = std::move(*opened);
  }
  bool until(const std::function<bool()>& done, Duration limit = 3s) { return loop.run_until(done, limit); }
};

class Client {
 public:
  explicit Client(Server& server) : server_(server), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server.listener->port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n > 0)
        text.remove_prefix(static_cast<std::size_t>(n));
      else if (errno != EAGAIN)
        return;
      if (!text.empty()) server_.until([] { return false; }, 2ms);
    }
  }
  /// Everything that comes until the text is `wanted` bytes long, contains it, or the connection ends.
  std::string receive(const std::function<bool(const std::string&)>& enough) {
    server_.until([&] { return pump(), closed || enough(received); });
    return received;
  }
  std::string until_closed() {
    return receive([](const std::string&) { return false; });
  }
  std::string until_text(const std::string& text) {
    return receive([&](const std::string& r) { return r.find(text) != std::string::npos; });
  }
  void half_close() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  std::string received;
  bool closed = false;

 private:
  void pump() {
    char buffer[65536];
    for (;;) {
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n > 0)
        received.append(buffer, static_cast<std::size_t>(n));
      else {
        if (n == 0 || errno != EAGAIN) closed = true;
        break;
      }
    }
    // The loop sleeps until something happens on the server's side; the client needs to look again.
    if (!closed) server_.loop.at(server_.loop.now() + 1ms, [] {});
  }
  Server& server_;
  int fd_;
};

std::string status_line(const std::string& response) { return response.substr(0, response.find("\r\n")); }

/// The status line of the answer to one piece of input, "" when the connection was closed without one.
std::string answer(std::string_view input, ListenOptions options = {}) {
  Server server(options);
  Client client(server);
  client.send(input);
  return status_line(
      client.receive([](const std::string& r) { return r.find("\r\n\r\n") != std::string::npos; }));
}

}  // namespace

TEST_CASE("requests of one connection are answered one after the other") {
  Server server;
  Client client(server);
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  const std::string first = client.until_text("POST hello");
  REQUIRE(status_line(first) == "HTTP/1.1 200 OK");
  REQUIRE(first.find("\r\nContent-Length: 10\r\n") != std::string::npos);
  REQUIRE(first.find("\r\nDate: ") != std::string::npos);
  REQUIRE(first.find("Connection:") == std::string::npos);
  client.received.clear();
  client.send("GET /again HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  REQUIRE(client.until_closed().find("Connection: close") != std::string::npos);
  REQUIRE(server.seen.size() == 2);
  REQUIRE(server.seen[1].target == "/again");
  REQUIRE(server.seen[1].peer == "127.0.0.1");
}

TEST_CASE("pipelined requests are answered in order, also when the first one waits") {
  Server server;
  Client client(server);
  client.send(
      "GET /wait HTTP/1.1\r\nHost: x\r\n\r\nPUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1"
      "PUT /b HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n2");
  REQUIRE(server.until([&] { return server.waiting.size() == 1; }));
  server.until([] { return false; }, 20ms);
  REQUIRE(server.seen.size() == 1);
  HttpResponse late;
  late.body = "late";
  server.waiting[0](late);
  const std::string all = client.until_text("PUT 2");
  REQUIRE(all.find("late") < all.find("PUT 1"));
  REQUIRE(all.find("PUT 1") < all.find("PUT 2"));
}

TEST_CASE("fifty pipelined requests need no fifty turns of the client") {
  Server server;
  Client client(server);
  std::string all;
  for (int i = 0; i < 50; ++i) all += "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(all + "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  client.until_closed();
  REQUIRE(server.seen.size() == 51);
}

TEST_CASE("a chunked body arrives whole; its trailers are not headers") {
  Server server;
  Client client(server);
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.send("7;ext=1\r\n, world\r\n0\r\nX-Evil: 1\r\n\r\n");
  client.until_text("POST hello, world");
  REQUIRE(server.seen.at(0).headers.find("X-Evil") == nullptr);
}

TEST_CASE("a client that expects it is told to continue") {
  Server server;
  Client client(server);
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  REQUIRE(client.until_text("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  REQUIRE(client.until_text("POST ok").find("HTTP/1.1 200 OK") != std::string::npos);
  REQUIRE(answer("POST / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 2\r\n\r\n") ==
          "HTTP/1.1 417 Expectation Failed");
}

TEST_CASE("HTTP/1.0 is answered and closed unless it asks to stay") {
  Server server;
  Client client(server);
  client.send("GET / HTTP/1.0\r\n\r\n");
  REQUIRE(client.until_closed().find("Connection: close") != std::string::npos);
  Client staying(server);
  staying.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(staying.until_text("GET ").find("Connection: keep-alive") != std::string::npos);
}

TEST_CASE("HEAD has the length but no body") {
  Server server;
  Client client(server);
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string got = client.until_closed();
  REQUIRE(got.find("Content-Length: 5\r\n") != std::string::npos);
  REQUIRE(got.substr(got.size() - 4) == "\r\n\r\n");
}

TEST_CASE("a big answer arrives whole") {
  Server server;
  Client client(server);
  client.send("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string got = client.until_closed();
  REQUIRE(got.size() - got.find("\r\n\r\n") - 4 == std::size_t{8} << 20);
}

TEST_CASE("broken and ambiguous requests are refused") {
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::string bad = "HTTP/1.1 400 Bad Request";
  CHECK(answer(std::string("\x00\xff\xfe garbage\r\n\r\n", 14)) == bad);
  CHECK(answer("GET /\r\n\r\n") == bad);
  CHECK(answer(std::string("\x16\x03\x01\x00\xc6\x01", 6)) == bad);
  CHECK(answer(post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef") == bad);
  CHECK(answer(post + "Content-Length: 5, 6\r\n\r\nabcdef") == bad);
  CHECK(answer(post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == bad);
  CHECK(answer(post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n") == bad);
  CHECK(answer(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") == bad);
  CHECK(answer(post + "Content-Length: -1\r\n\r\n") == bad);
  CHECK(answer(post + "Content-Length: 99999999999999999999\r\n\r\n") == bad);
  CHECK(answer(post + "Transfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n") == bad);
  CHECK(answer(post + std::string("X-A: a\0b\r\n\r\n", 12)) == bad);
  CHECK(answer(post + std::string("X\0A: a\r\n\r\n", 11)) == bad);
  CHECK(answer(std::string("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", 31)) == bad);
}

TEST_CASE("what is too big is refused before it is read") {
  ListenOptions small;
  small.max_body_bytes = 1000;
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::string too_large = "HTTP/1.1 413 Payload Too Large";
  CHECK(answer(post + "Content-Length: 10737418240\r\n\r\nabc", small) == too_large);
  CHECK(answer(post + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'a'), small) == too_large);
  CHECK(answer(post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc\r\n", small) == too_large);
  CHECK(answer(post + "Transfer-Encoding: chunked\r\n\r\n2bc\r\n" + std::string(700, 'a') + "\r\n2bc\r\n" +
                   std::string(700, 'a') + "\r\n0\r\n\r\n",
               small) == too_large);
  CHECK(answer("GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 414 URI Too Long");
  const std::string fields = "HTTP/1.1 431 Request Header Fields Too Large";
  CHECK(answer("GET / HTTP/1.1\r\nHost: x\r\nX-A: " + std::string(1 << 20, 'a') + "\r\n\r\n") == fields);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 20'000; ++i) many += "X-" + std::to_string(i) + ": a\r\n";
  CHECK(answer(many + "\r\n") == fields);
}

TEST_CASE("a waiting handler can see that its client went away") {
  Server server;
  Client client(server);
  client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(server.until([&] { return server.seen.size() == 1; }));
  REQUIRE_FALSE(*server.seen[0].gone);
  client.close();
  REQUIRE(server.until([&] { return *server.seen[0].gone; }));
  server.waiting[0]({});  // to nobody
}

TEST_CASE("the flag of an answered request is not the next one's") {
  Server server;
  Client client(server);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.until_text("GET ");
  client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(server.until([&] { return server.seen.size() == 2; }));
  REQUIRE(server.seen[0].gone != server.seen[1].gone);
}

TEST_CASE("a client that only ended its sending side gets its answer") {
  Server server;
  Client client(server);
  client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  client.half_close();
  REQUIRE(server.until([&] { return server.waiting.size() == 1; }));
  server.waiting[0]({});
  REQUIRE(status_line(client.until_closed()) == "HTTP/1.1 200 OK");
}

TEST_CASE("idle and slow connections are closed, waiting ones are not") {
  ListenOptions options;
  options.idle_timeout = 60ms;
  Server server(options);
  Client idle(server), slow(server), waiting(server);
  slow.send("POST / HTTP/1.1\r\nX-Slow: ");
  waiting.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(idle.until_closed().empty());
  REQUIRE(status_line(slow.until_text("\r\n\r\n")) == "HTTP/1.1 408 Request Timeout");
  REQUIRE(server.waiting.size() == 1);
  server.waiting[0]({});
  REQUIRE(status_line(waiting.until_text("\r\n\r\n")) == "HTTP/1.1 200 OK");
}

TEST_CASE("beyond the limit of connections new ones are told so") {
  ListenOptions options;
  options.max_connections = 1;
  Server server(options);
  Client first(server), second(server);
  REQUIRE(status_line(second.until_closed()) == "HTTP/1.1 503 Service Unavailable");
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(status_line(first.until_text("GET ")) == "HTTP/1.1 200 OK");
}

TEST_CASE("draining closes idle connections and lets running requests finish") {
  Server server;
  Client idle(server), busy(server);
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(server.until([&] { return server.waiting.size() == 1; }));
  bool drained = false;
  server.listener->drain([&] { drained = true; });
  REQUIRE(idle.until_closed().empty());
  REQUIRE_FALSE(drained);
  server.waiting[0]({});
  REQUIRE(busy.until_closed().find("Connection: close") != std::string::npos);
  REQUIRE(server.until([&] { return drained; }));
}

TEST_CASE("destroying the listener closes connections; late answers go nowhere") {
  Server server;
  Client client(server);
  client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(server.until([&] { return server.waiting.size() == 1; }));
  server.listener.reset();
  REQUIRE(client.until_closed().empty());
  REQUIRE(*server.seen[0].gone);
  server.waiting[0]({});
}

TEST_CASE("a request whose answer is dropped does not hang its client") {
  Server server;
  Client client(server);
  client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(server.until([&] { return server.waiting.size() == 1; }));
  server.waiting.clear();
  REQUIRE(client.until_closed().empty());
}

TEST_CASE("an absolute target is reduced to its path") {
  Server server;
  Client client(server);
  client.send("GET http://sqs.us-east-1.localhost:4566/0/q?x=1 HTTP/1.1\r\nHost: proxy\r\n\r\n");
  client.until_text("GET ");
  REQUIRE(server.seen.at(0).target == "/0/q?x=1");
  REQUIRE(server.seen.at(0).headers.get("host") == "sqs.us-east-1.localhost:4566");
}

TEST_CASE("a port that is taken is an error") {
  Server server;
  ListenOptions same;
  same.port = server.listener->port();
  REQUIRE_FALSE(server.http.listen(same, {}));
  ListenOptions nonsense;
  nonsense.address = "not-an-address";
  REQUIRE_FALSE(server.http.listen(nonsense, {}));
}
