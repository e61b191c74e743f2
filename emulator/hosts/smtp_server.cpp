#include "hosts/smtp_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <vector>

#include "base/text.hpp"

namespace puddle {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxMessage = 10 << 20;
constexpr std::size_t kMaxRecipients = 100;
constexpr std::size_t kMaxLine = 2048;  // of a command
constexpr std::size_t kMaxConnections = 100;
constexpr auto kIdle = std::chrono::minutes(5);

}  // namespace

struct SmtpServer::Impl : std::enable_shared_from_this<SmtpServer::Impl> {
  Impl(asio::io_context& context, Sink s) : acceptor(context), sink(std::move(s)) {}
  void accept();
  tcp::acceptor acceptor;
  Sink sink;
  std::size_t connections = 0;
  bool closed = false;
};

namespace {

/// One client. Kept alive by its pending operations.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, SmtpServer::Sink sink, std::function<void()> ended)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        sink_(std::move(sink)),
        ended_(std::move(ended)) {}
  ~Session() { ended_(); }

  void start() {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    reply("220 puddle ESMTP");
    advance();
  }

 private:
  void read() {
    reading_ = true;
    timer_.expires_after(kIdle);
    timer_.async_wait([self = weak_from_this()](const error_code& error) {
      if (const auto session = self.lock(); session && !error) {
        error_code ignored;
        session->socket_.close(ignored);
      }
    });
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](const error_code& error, std::size_t n) {
                              self->reading_ = false;
                              if (error) return;
                              self->input_.append(self->chunk_.data(), n);
                              self->process();
                            });
  }

  /// Works off what has arrived, until it needs more input or waits for the sink.
  void process() {
    while (!waiting_ && !quit_) {
      if (in_data_) {
        if (!take_data()) break;
        continue;
      }
      const std::size_t end = input_.find('\n');
      if (end == std::string::npos) {
        if (input_.size() > kMaxLine) {
          reply("500 Line too long");
          quit_ = true;
        }
        break;
      }
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      if (line.size() > kMaxLine)
        reply("500 Line too long");
      else
        command(line);
    }
    advance();
  }

  void command(const std::string& line) {
    const std::string verb = upper(std::string_view(line).substr(0, line.find(' ')));
    const std::string argument = line.size() > verb.size() ? line.substr(verb.size() + 1) : std::string();
    if (verb == "EHLO") {
      reset();
      reply("250-puddle\r\n250-PIPELINING\r\n250-SIZE " + std::to_string(kMaxMessage) + "\r\n250 8BITMIME");
    } else if (verb == "HELO") {
      reset();
      reply("250 puddle");
    } else if (verb == "MAIL") {
      mail(argument);
    } else if (verb == "RCPT") {
      recipient(argument);
    } else if (verb == "DATA") {
      if (recipients_.empty()) return reply("503 RCPT first");
      reply("354 End data with <CR><LF>.<CR><LF>");
      in_data_ = true;
      scanned_ = 0;
    } else if (verb == "RSET") {
      reset();
      reply("250 OK");
    } else if (verb == "NOOP") {
      reply("250 OK");
    } else if (verb == "VRFY") {
      reply("252 Cannot verify, but will take the message");
    } else if (verb == "QUIT") {
      reply("221 Bye");
      quit_ = true;
    } else {
      reply("502 Command not implemented");
    }
  }

  /// "FROM:<a@b> SIZE=10" -> "a@b"; nothing when it is malformed.
  static std::optional<std::string> path(std::string_view argument, std::string_view keyword) {
    if (!iequals(argument.substr(0, keyword.size()), keyword)) return std::nullopt;
    argument = trim(argument.substr(keyword.size()));
    const std::size_t close = argument.find('>');
    if (!argument.starts_with('<') || close == std::string_view::npos) return std::nullopt;
    return std::string(argument.substr(1, close - 1));
  }

  void mail(const std::string& argument) {
    const auto from = path(argument, "FROM:");
    if (!from) return reply("501 Syntax: MAIL FROM:<address>");
    const std::string large = upper(argument);
    if (const std::size_t at = large.find(" SIZE="); at != std::string::npos) {
      const std::string_view digits = std::string_view(large).substr(at + 6);
      const auto size = parse_int(digits.substr(0, digits.find(' ')));
      if (!size || *size > static_cast<std::int64_t>(kMaxMessage)) return reply("552 Message too large");
    }
    reset();
    from_ = *from;
    have_from_ = true;
    reply("250 OK");
  }

  void recipient(const std::string& argument) {
    if (!have_from_) return reply("503 MAIL first");
    const auto to = path(argument, "TO:");
    if (!to || to->empty()) return reply("501 Syntax: RCPT TO:<address>");
    if (recipients_.size() >= kMaxRecipients) return reply("452 Too many recipients");
    recipients_.push_back(*to);
    reply("250 OK");
  }

  /// True when the message was complete.
  bool take_data() {
    // The message ends at a dot alone on its line; an empty message begins with it.
    std::size_t end = std::string::npos, length = 5;
    if (input_.starts_with(".\r\n")) {
      end = 0;
      length = 3;
    } else {
      end = input_.find("\r\n.\r\n", scanned_ > 4 ? scanned_ - 4 : 0);
    }
    if (end == std::string::npos) {
      scanned_ = input_.size();
      if (input_.size() > kMaxMessage) {
        reply("552 Message too large");
        quit_ = true;
      }
      return false;
    }
    std::string message = input_.substr(0, length == 3 ? 0 : end + 2);
    input_.erase(0, end + length);
    if (message.starts_with("..")) message.erase(0, 1);
    message = replace_all(std::move(message), "\r\n..", "\r\n.");
    in_data_ = false;
    if (message.size() > kMaxMessage) {
      reply("552 Message too large");
      reset();
      return true;
    }
    store(message);
    return true;
  }

  void store(const std::string& message) {
    waiting_ = true;
    const auto left = std::make_shared<std::size_t>(recipients_.size());
    const auto good = std::make_shared<bool>(true);
    const std::vector<std::string> recipients = std::exchange(recipients_, {});
    for (const std::string& to : recipients) {
      sink_({from_, to, message}, [self = shared_from_this(), left, good](bool stored) {
        *good = *good && stored;
        if (--*left > 0) return;
        self->waiting_ = false;
        self->reply(*good ? "250 OK" : "451 The message could not be stored");
        self->reset();
        self->process();
      });
    }
  }

  void reset() {
    from_.clear();
    have_from_ = false;
    recipients_.clear();
  }

  void reply(const std::string& line) { output_ += line + "\r\n"; }

  /// Sends what is to be said; then reads on, unless the sink still has a message.
  void advance() {
    if (writing_) return;
    if (output_.empty()) {
      if (quit_)
        close();
      else if (!waiting_ && !reading_)
        read();
      return;
    }
    writing_ = true;
    auto out = std::make_shared<std::string>(std::exchange(output_, {}));
    asio::async_write(socket_, asio::buffer(*out),
                      [self = shared_from_this(), out](const error_code& error, std::size_t) {
                        self->writing_ = false;
                        if (!error) self->advance();
                      });
  }

  void close() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    timer_.cancel();
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  SmtpServer::Sink sink_;
  std::function<void()> ended_;
  std::array<char, 16 * 1024> chunk_{};
  std::string input_, output_, from_;
  std::vector<std::string> recipients_;
  std::size_t scanned_ = 0;
  bool have_from_ = false, in_data_ = false, waiting_ = false, quit_ = false, writing_ = false,
       reading_ = false;
};

}  // namespace

void SmtpServer::Impl::accept() {
  acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (self->closed) return;
    if (!error && self->connections < kMaxConnections) {
      ++self->connections;
      std::make_shared<Session>(std::move(socket), self->sink, [self] { --self->connections; })->start();
    }
    self->accept();
  });
}

SmtpServer::SmtpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

SmtpServer::~SmtpServer() {
  impl_->closed = true;
  error_code ignored;
  impl_->acceptor.close(ignored);
}

Result<std::unique_ptr<SmtpServer>> SmtpServer::listen(AsioLoop& loop, const std::string& address,
                                                       std::uint16_t port, Sink sink) {
  auto impl = std::make_shared<Impl>(loop.context(), std::move(sink));
  error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) return Failure("'" + address + "' is no address");
  const tcp::endpoint endpoint(parsed, port);
  impl->acceptor.open(endpoint.protocol(), error);
  if (!error) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) impl->acceptor.bind(endpoint, error);
  if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Failure(lower(error.message()));
  impl->accept();
  return std::unique_ptr<SmtpServer>(new SmtpServer(std::move(impl)));
}

std::uint16_t SmtpServer::port() const {
  error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

}  // namespace puddle
