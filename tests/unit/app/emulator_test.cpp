// The library as an embedder uses it: functions that are C++ callables, invoked over HTTP.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "puddle/emulator.hpp"

namespace {

/// An emulator that runs on a thread of its own.
struct Running {
  puddle::Emulator emulator;
  std::promise<void> ready;
  std::thread server;
  static puddle::Config config() {
    puddle::Config c;
    c.ephemeral = true;
    c.port = 0;
    c.inbox_port = 0;
    c.log_level = "error";
    return c;
  }
  explicit Running(const std::function<void(puddle::Emulator&)>& prepare) : emulator(config()) {
    prepare(emulator);
    emulator.on_line([this](const std::string& line) {
      if (line == "Ready.") ready.set_value();
    });
    server = std::thread([this] { emulator.run(); });
    REQUIRE(ready.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  }
  ~Running() {
    emulator.stop();
    server.join();
  }
  /// The whole answer of a POST.
  std::string post(const std::string& path, const std::string& body) const {
    const std::string endpoint = emulator.endpoint();
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return "no connection";
    const std::string text = "POST " + path +
                             " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Amz-Log-Type: Tail\r\n" +
                             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    (void)!::write(fd, text.data(), text.size());
    std::string answer;
    char part[4096];
    for (ssize_t n = 0; (n = ::read(fd, part, sizeof part)) > 0;)
      answer.append(part, static_cast<std::size_t>(n));
    ::close(fd);
    return answer;
  }
  std::string invoke(const std::string& name, const std::string& event) const {
    return post("/2015-03-31/functions/" + name + "/invocations", event);
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a function that is a callable answers, knows its context, fails and times out as Lambda does") {
  std::atomic<int> calls{0};
  Running r([&](puddle::Emulator& emulator) {
    emulator.function("echo", [&](std::string_view event, puddle::FunctionContext& context) {
      ++calls;
      context.log("got it");
      return "{\"event\":" + std::string(event) + ",\"name\":\"" + context.function_name +
             "\",\"left\":" + (context.remaining().count() > 1000 ? "true" : "false") + "}";
    });
    emulator.function("fails", [](std::string_view, puddle::FunctionContext&) -> std::string {
      throw puddle::FunctionError("OrderError", "no such order");
    });
    emulator.function("odd",
                      [](std::string_view, puddle::FunctionContext&) { return std::string("not JSON"); });
    puddle::FunctionOptions quick;
    quick.timeout = std::chrono::seconds(1);
    emulator.function(
        "slow",
        [](std::string_view, puddle::FunctionContext& context) {
          std::this_thread::sleep_for(context.remaining() + std::chrono::milliseconds(300));
          return std::string("1");
        },
        quick);
  });
  const std::string answer = r.invoke("echo", "{\"n\":1}");
  CHECK(has(answer, " 200 "));
  CHECK(has(answer, R"({"event":{"n":1},"name":"echo","left":true})"));
  CHECK(calls == 1);
  const std::string failed = r.invoke("fails", "{}");
  CHECK(has(failed, "Unhandled"));
  CHECK(has(failed, R"({"errorMessage":"no such order","errorType":"OrderError"})"));
  CHECK(has(r.invoke("odd", "{}"), "Runtime.MarshalError"));
  CHECK(has(r.invoke("slow", "{}"), "Error: Task timed out after 1.00 seconds"));
  CHECK(has(r.invoke("echo", "2"), R"("event":2)"));
}

TEST_CASE("calls that overlap have environments of their own") {
  std::atomic<int> inside{0}, most{0};
  Running r([&](puddle::Emulator& emulator) {
    emulator.function("wait", [&](std::string_view, puddle::FunctionContext&) {
      const int now = ++inside;
      int seen = most;
      while (seen < now && !most.compare_exchange_weak(seen, now)) continue;
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      --inside;
      return std::string("null");
    });
  });
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) callers.emplace_back([&] { r.invoke("wait", "{}"); });
  for (std::thread& t : callers) t.join();
  CHECK(most > 1);
}
