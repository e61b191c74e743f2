#include "hosts/python_pool.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/log.hpp"
#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr Duration kIdle = std::chrono::minutes(10);
constexpr int kMaxFailures = 3;  // then it is left alone

std::string to_json(const PythonPool::Request& r, std::uint64_t id) {
  std::string out = "{\"id\":" + std::to_string(id) + ",\"command\":[";
  for (const std::string& word : r.command) {
    if (out.back() != '[') out += ',';
    append_json_string(out, word);
  }
  out += "],\"environment\":{";
  for (const auto& [name, value] : r.environment) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  out += "},\"directory\":";
  append_json_string(out, r.directory);
  return out + ",\"sandbox\":" + to_json(r.plan) + "}";
}

bool send(int socket, std::string text, int descriptor) {
  iovec data{text.data(), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(text.size());
}

}  // namespace

/// Our end of the socket to the parent; one message is one JSON object.
struct PythonPool::Channel : std::enable_shared_from_this<Channel> {
  explicit Channel(asio::io_context& context, int fd) : socket(context, fd) {}
  asio::posix::stream_descriptor socket;
  std::function<void(std::string_view)> received;
  std::array<char, 4096> buffer{};
  void wait() {
    socket.async_wait(
        asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](error_code error) {
          if (error) return;
          for (;;) {
            const ssize_t n =
                ::recv(self->socket.native_handle(), self->buffer.data(), self->buffer.size(), MSG_DONTWAIT);
            if (n == 0) return;
            if (n < 0) break;
            if (self->received) self->received({self->buffer.data(), static_cast<std::size_t>(n)});
            if (!self->socket.is_open()) return;
          }
          self->wait();
        });
  }
  void close() {
    received = nullptr;
    error_code ignored;
    socket.close(ignored);
  }
};

PythonPool::PythonPool(AsioLoop& loop, std::string interpreter, std::string runtimes)
    : loop_(loop),
      interpreter_(std::move(interpreter)),
      runtimes_(std::move(runtimes)),
      self_(std::make_shared<PythonPool*>(this)) {}

PythonPool::~PythonPool() {
  self_.reset();
  if (idle_timer_) loop_.cancel(idle_timer_);
  if (channel_) channel_->close();
  for (auto& [id, waiting] : waiting_) ::close(waiting.output);
}

void PythonPool::warm() {
  if (parent_ || failures_ >= kMaxFailures) return;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  ChildProcess::Options options;
  options.command = {interpreter_, runtimes_ + "/pool.py"};
  options.directory = "/";
  options.channel = ends[1];
  options.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                         {"LANG", "C.UTF-8"},
                         {"TZ", ":UTC"},
                         {"AWS_CONFIG_FILE", "/dev/null"},
                         {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}};
  if (const char* home = std::getenv("HOME"))
    options.environment["PYTHONUSERBASE"] = std::string(home) + "/.local";
  ChildProcess::Events events;
  events.output = [](std::string_view text) {
    log(Level::debug, "lambda", "pool: " + std::string(trim(text)));
  };
  events.exited = [weak = std::weak_ptr(self_)](int) {
    if (const auto self = weak.lock()) (*self)->ended();
  };
  auto started = ChildProcess::start(loop_, options, std::move(events));
  ::close(ends[1]);
  if (!started) {
    ::close(ends[0]);
    return;
  }
  parent_ = std::move(*started);
  channel_ = std::make_shared<Channel>(loop_.context(), ends[0]);
  channel_->received = [this](std::string_view text) { receive(text); };
  channel_->wait();
  watch_idleness();
}

void PythonPool::start(Request request, ChildProcess::Events events,
                       std::function<void(std::unique_ptr<ChildProcess>)> started) {
  warm();
  if (!ready_) return started(nullptr);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return started(nullptr);
  const std::uint64_t id = next_++;
  const bool sent = send(channel_->socket.native_handle(), to_json(request, id), pipe[1]);
  ::close(pipe[1]);
  if (!sent) {
    ::close(pipe[0]);
    return started(nullptr);
  }
  waiting_[id] = {pipe[0], std::move(events), std::move(started)};
  watch_idleness();
}

void PythonPool::receive(std::string_view text) {
  const auto message = wire::parse_json(text);
  if (!message || !message->is_map()) return;
  const auto number = [&](const char* name) {
    const wire::Value* v = message->find(name);
    return v && v->kind() == wire::Value::Kind::integer ? v->integer() : 0;
  };
  if (message->find("ready")) {
    ready_ = true;
    failures_ = 0;
    return;
  }
  const auto pid = static_cast<pid_t>(number("pid"));
  if (message->find("exited")) {
    const auto node = children_.extract(pid);
    if (!node.empty()) node.mapped()(static_cast<int>(number("exited")));
    watch_idleness();
    return;
  }
  auto node = waiting_.extract(static_cast<std::uint64_t>(number("started")));
  if (node.empty()) return;
  Waiting waiting = std::move(node.mapped());
  if (pid <= 0) {
    ::close(waiting.output);
    return waiting.started(nullptr);
  }
  auto child = ChildProcess::adopt(loop_, pid, waiting.output, number("shared"), std::move(waiting.events));
  children_[pid] = child->exit_reporter();
  waiting.started(std::move(child));
}

/// The parent is gone, and with it its children.
void PythonPool::ended() {
  ready_ = false;
  ++failures_;
  channel_->close();
  channel_.reset();
  loop_.post([parent = std::shared_ptr<ChildProcess>(std::move(parent_))] {});
  auto waiting = std::exchange(waiting_, {});
  for (auto& [id, w] : waiting) {
    ::close(w.output);
    w.started(nullptr);
  }
  auto children = std::exchange(children_, {});
  for (auto& [pid, report] : children) report(SIGKILL);
  log(failures_ >= kMaxFailures ? Level::warn : Level::info, "lambda",
      "the pool of " + interpreter_ + " has ended; functions start as processes of their own");
}

void PythonPool::watch_idleness() {
  if (idle_timer_) loop_.cancel(std::exchange(idle_timer_, 0));
  if (!parent_ || !children_.empty() || !waiting_.empty()) return;
  idle_timer_ = loop_.at(loop_.now() + kIdle, [this] {
    idle_timer_ = 0;
    if (!parent_ || !children_.empty()) return;
    ready_ = false;
    channel_->close();
    channel_.reset();
    parent_.reset();
  });
}

}  // namespace puddle
