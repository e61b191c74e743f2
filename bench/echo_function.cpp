// A native Lambda function (bootstrap of provided.al2023) that answers each event with itself: what an
// invocation costs when the function does nothing. Plain blocking sockets against the Runtime API.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

struct Answer {
  std::string head, body;
};

std::string header(const std::string& head, const std::string& name) {
  for (std::size_t line = head.find("\r\n"); line != std::string::npos; line = head.find("\r\n", line + 2)) {
    const std::size_t at = line + 2;
    if (::strncasecmp(head.c_str() + at, name.c_str(), name.size()) != 0 || head[at + name.size()] != ':')
      continue;
    const std::size_t from = head.find_first_not_of(' ', at + name.size() + 1);
    return head.substr(from, head.find("\r\n", from) - from);
  }
  return {};
}

int connect_to(const std::string& endpoint) {
  const std::size_t colon = endpoint.find(':');
  const std::string host = endpoint.substr(0, colon);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(endpoint.c_str() + colon + 1)));
  if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &address.sin_addr) != 1)
    return -1;
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof generic);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return ::connect(fd, &generic, sizeof generic) == 0 ? fd : -1;
}

bool exchange(int fd, const std::string& request, Answer& answer) {
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return false;
  std::string in;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) return false;
    in.append(buffer.data(), static_cast<std::size_t>(n));
    const std::size_t end = in.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    answer.head = in.substr(0, end + 2);
    const std::size_t length = std::strtoull(header(answer.head, "content-length").c_str(), nullptr, 10);
    if (in.size() < end + 4 + length) continue;
    answer.body = in.substr(end + 4, length);
    return true;
  }
}

}  // namespace

int main() {
  const char* api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  if (api == nullptr) return 1;
  const std::string endpoint = api;
  const std::string base = "/2018-06-01/runtime/invocation/";
  const int fd = connect_to(endpoint);
  if (fd < 0) return 1;
  Answer event, accepted;
  while (exchange(fd, "GET " + base + "next HTTP/1.1\r\nHost: " + endpoint + "\r\n\r\n", event)) {
    const std::string id = header(event.head, "lambda-runtime-aws-request-id");
    const std::string reply =
        "POST " + base + id + "/response HTTP/1.1\r\nHost: " + endpoint +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(event.body.size()) +
        "\r\n\r\n" + event.body;
    if (!exchange(fd, reply, accepted)) break;
  }
  ::close(fd);
  return 0;
}
