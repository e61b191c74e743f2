// puddle_load: a closed-loop HTTP load generator that costs far less than the server it drives.
//
//   puddle_load --port P [--connections N] [--seconds S] [--operations K] [--start I] [--keys M]
//               [--take TEXT [--save FILE]] [--values FILE] FILE...
//
// Each FILE is a request: head lines, an empty line, the body; Content-Length is added. An operation is one
// pass through the files on one connection. In a file {{n}} becomes the operation's number (12 digits),
// {{key}} that number modulo M (1000), {{any}} one of the numbers below M in no order (12 digits), {{take}}
// what stood behind TEXT, up to the next '"', in the answer before; an answer without TEXT is an error and
// ends the operation. --save writes what was taken from the last answer, a line each; {{value}} is the line
// of --values that belongs to the operation. It prints one line of JSON. One thread, epoll, non-blocking
// sockets, keep-alive.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "puddle_load: %s\n", what.c_str());
  std::exit(2);
}

struct Options {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  double seconds = 1;
  std::uint64_t operations = UINT64_MAX;
  std::uint64_t start = 0;
  std::uint64_t keys = 1000;
  std::string take, save;
  std::vector<std::string> values;
  std::vector<std::string> files;
};

/// What the holes of one request are filled with.
struct Filling {
  std::uint64_t number, keys;
  std::string_view taken, value;
};

/// Numbers that follow each other become numbers all over the place.
std::uint64_t scattered(std::uint64_t n) {
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9ULL;
  n = (n ^ (n >> 27)) * 0x94d049bb133111ebULL;
  return n ^ (n >> 31);
}

void append_padded(std::string& out, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  out.append(digits.size() < 12 ? 12 - digits.size() : 0, '0');
  out += digits;
}

/// A request with holes, cut into pieces once so that filling it is a few appends.
class Template {
 public:
  explicit Template(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) die("cannot read " + file);
    std::ostringstream all;
    all << in.rdbuf();
    const std::string text = all.str();
    const std::size_t end = text.find("\n\n");
    if (end == std::string::npos) die(file + " has no empty line behind its head");
    std::string head;
    for (const char c : text.substr(0, end + 1)) head += c == '\n' ? "\r\n" : std::string(1, c);
    head_ = cut(head + "Content-Length: ");
    body_ = cut(text.substr(end + 2));
  }

  void fill(const Filling& filling, std::string& out) {
    scratch_.clear();
    append(body_, filling, scratch_);
    append(head_, filling, out);
    out += std::to_string(scratch_.size());
    out += "\r\n\r\n";
    out += scratch_;
  }

 private:
  struct Piece {
    std::string literal;
    char hole = 0;  // what follows the literal: the first letter of a hole's name, or nothing
  };

  static std::vector<Piece> cut(std::string_view text) {
    std::vector<Piece> out;
    while (true) {
      const std::size_t open = text.find("{{");
      const std::size_t close = text.find("}}", std::min(open, text.size()));
      if (open == std::string_view::npos || close == std::string_view::npos) break;
      const std::string_view name = text.substr(open + 2, close - open - 2);
      if (name != "n" && name != "key" && name != "any" && name != "take" && name != "value")
        die("unknown {{" + std::string(name) + "}}");
      out.push_back({std::string(text.substr(0, open)), name[0]});
      text.remove_prefix(close + 2);
    }
    out.push_back({std::string(text), 0});
    return out;
  }

  static void append(const std::vector<Piece>& pieces, const Filling& filling, std::string& out) {
    for (const Piece& piece : pieces) {
      out += piece.literal;
      if (piece.hole == 't') out += filling.taken;
      if (piece.hole == 'v') out += filling.value;
      if (piece.hole == 'k') out += std::to_string(filling.number % filling.keys);
      if (piece.hole == 'a') append_padded(out, scattered(filling.number) % filling.keys);
      if (piece.hole == 'n') append_padded(out, filling.number);
    }
  }

  std::vector<Piece> head_, body_;
  std::string scratch_;
};

struct Connection {
  int fd = -1;
  bool wants_out = false;
  std::string out, in, taken;
  std::size_t sent = 0;
  std::size_t step = 0;
  std::uint64_t number = 0;
  bool busy = false;
  Clock::time_point began;
};

/// Length of the whole answer at the start of `in`, 0 when it is not complete.
std::size_t complete(const std::string& in) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  std::size_t line = in.find("\r\n");
  while (line < end) {
    static constexpr std::string_view kName = "content-length:";
    if (::strncasecmp(in.c_str() + line + 2, kName.data(), kName.size()) == 0) {
      const auto length = std::strtoull(in.c_str() + line + 2 + kName.size(), nullptr, 10);
      const std::size_t total = end + 4 + static_cast<std::size_t>(length);
      return in.size() >= total ? total : 0;
    }
    line = in.find("\r\n", line + 2);
  }
  if (in.compare(9, 3, "204") == 0) return end + 4;
  die("an answer without Content-Length: " + in.substr(0, end));
}

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)) {
    for (const std::string& file : options_.files) templates_.emplace_back(file);
    poll_ = ::epoll_create1(EPOLL_CLOEXEC);
    connections_.resize(options_.connections);
    latencies_.reserve(1 << 20);
    next_ = options_.start;
  }

  void run() {
    for (Connection& c : connections_) connect(c);
    began_ = Clock::now();
    until_ =
        began_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    for (Connection& c : connections_) begin(c);
    std::array<epoll_event, 256> events{};
    while (running_ > 0) {
      const int n = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 30'000);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) die("no answer for 30 s");
      for (int i = 0; i < n; ++i) {
        Connection& c = connections_[events[static_cast<std::size_t>(i)].data.u32];
        if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) send(c);
        if ((events[static_cast<std::size_t>(i)].events & ~static_cast<unsigned>(EPOLLOUT)) != 0) receive(c);
      }
    }
    report();
  }

 private:
  void connect(Connection& c) {
    c.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    if (::connect(c.fd, &generic, sizeof generic) != 0)
      die("cannot connect to port " + std::to_string(options_.port));
    const int on = 1;
    ::setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(c.fd, F_SETFL, O_NONBLOCK);
    c.wants_out = false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(&c - connections_.data());
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, c.fd, &event);
  }

  void begin(Connection& c) {
    const Clock::time_point now = Clock::now();
    if (started_ >= options_.operations || now >= until_) {
      c.busy = false;
      return;
    }
    if (!c.busy) ++running_;
    c.busy = true;
    c.number = next_++;
    ++started_;
    c.step = 0;
    c.taken.clear();
    c.began = now;
    request(c);
  }

  void request(Connection& c) {
    c.out.clear();
    c.in.clear();
    c.sent = 0;
    Filling filling{c.number, options_.keys, c.taken, {}};
    if (!options_.values.empty()) filling.value = options_.values[c.number % options_.values.size()];
    templates_[c.step].fill(filling, c.out);
    ++requests_;
    send(c);
  }

  void send(Connection& c) {
    while (c.sent < c.out.size()) {
      const ssize_t n = ::send(c.fd, c.out.data() + c.sent, c.out.size() - c.sent, MSG_NOSIGNAL);
      if (n < 0 && errno != EAGAIN) return;  // the read that follows says so
      if (n < 0) break;
      c.sent += static_cast<std::size_t>(n);
    }
    const bool wants = c.sent < c.out.size();
    if (wants == c.wants_out) return;
    c.wants_out = wants;
    epoll_event event{};
    event.events = wants ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(&c - connections_.data());
    ::epoll_ctl(poll_, EPOLL_CTL_MOD, c.fd, &event);
  }

  void receive(Connection& c) {
    const ssize_t n = ::recv(c.fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {  // closed by the server
      if (++errors_ > 100) die("the server keeps closing connections");
      ::close(c.fd);
      connect(c);
      return end(c);
    }
    c.in.append(buffer_.data(), static_cast<std::size_t>(n));
    if (complete(c.in) != 0) answered(c);
  }

  void answered(Connection& c) {
    bool good = c.in.size() > 12 && c.in[9] == '2';
    const bool last = c.step + 1 == templates_.size();
    if (good && !options_.take.empty() && (!last || !options_.save.empty())) {
      const std::size_t at = c.in.find(options_.take);
      good = at != std::string::npos;
      const std::size_t from = good ? at + options_.take.size() : 0;
      if (good) c.taken = c.in.substr(from, c.in.find('"', from) - from);
      if (good && last) saved_ += c.taken + '\n';
    }
    if (!good) {
      if (errors_++ == 0) std::fprintf(stderr, "puddle_load: first bad answer: %s\n", c.in.c_str());
      return end(c);
    }
    if (++c.step < templates_.size()) return request(c);
    latencies_.push_back(
        static_cast<float>(std::chrono::duration<double, std::micro>(Clock::now() - c.began).count()));
    end(c);
  }

  void end(Connection& c) {
    begin(c);
    if (!c.busy) --running_;
  }

  void report() {
    if (!options_.save.empty()) std::ofstream(options_.save, std::ios::binary) << saved_;
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double q) {
      const auto last = static_cast<double>(latencies_.empty() ? 0 : latencies_.size() - 1);
      return latencies_.empty() ? 0.0 : static_cast<double>(latencies_[static_cast<std::size_t>(last * q)]);
    };
    std::printf(
        "{\"operations\":%zu,\"requests\":%llu,\"errors\":%llu,\"seconds\":%.4f,\"rate\":%.1f,\"p50_us\":%."
        "1f,"
        "\"p99_us\":%.1f}\n",
        latencies_.size(), static_cast<unsigned long long>(requests_),
        static_cast<unsigned long long>(errors_), seconds, static_cast<double>(latencies_.size()) / seconds,
        at(0.5), at(0.99));
  }

  Options options_;
  std::vector<Template> templates_;
  std::vector<Connection> connections_;
  std::vector<float> latencies_;
  std::array<char, 65536> buffer_{};
  std::string saved_;
  int poll_ = -1;
  std::size_t running_ = 0;
  std::uint64_t next_ = 0, started_ = 0, requests_ = 0, errors_ = 0;
  Clock::time_point began_, until_;
};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  if (out.empty()) die("no lines in " + file);
  return out;
}

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (!name.starts_with("--")) {
      o.files.push_back(name);
      continue;
    }
    if (++i == argc) die(name + " needs a value");
    const char* value = argv[i];
    if (name == "--port")
      o.port = static_cast<std::uint16_t>(std::atoi(value));
    else if (name == "--connections")
      o.connections = std::strtoull(value, nullptr, 10);
    else if (name == "--seconds")
      o.seconds = std::atof(value);
    else if (name == "--operations")
      o.operations = std::strtoull(value, nullptr, 10);
    else if (name == "--start")
      o.start = std::strtoull(value, nullptr, 10);
    else if (name == "--keys")
      o.keys = std::strtoull(value, nullptr, 10);
    else if (name == "--take")
      o.take = value;
    else if (name == "--save")
      o.save = value;
    else if (name == "--values")
      o.values = lines_of(value);
    else
      die("unknown option " + name);
  }
  if (o.files.empty() || o.port == 0 || o.connections == 0 || o.keys == 0)
    die("needs --port, --connections and a request file");
  return o;
}

}  // namespace

int main(int argc, char** argv) {
  Load load(parse(argc, argv));
  load.run();
  return 0;
}
