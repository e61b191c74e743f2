#include "gateway/http_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "gateway/http_message.hpp"

namespace puddle::http_detail {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kReadSize = 64 * 1024;    // per system call
constexpr int kReadsPerTurn = 8;                // then other connections get their turn
constexpr std::size_t kReadAhead = 64 * 1024;   // pipelined bytes kept while a handler runs
constexpr std::size_t kJoinedBody = 32 * 1024;  // bodies up to this are sent in one buffer with their head
constexpr std::size_t kKeptBuffer = 64 * 1024;  // capacity that an idle connection may keep
constexpr std::size_t kLingerBytes = 16 << 20;  // discarded after an early error answer, so that it arrives
constexpr Duration kLinger = std::chrono::seconds(2);

}  // namespace

Answer::~Answer() {
  if (connection_) connection_->abandoned(request_);
}

void Answer::give(HttpResponse response) {
  if (const auto connection = std::exchange(connection_, nullptr))
    connection->respond(request_, std::move(response));
}

// ---- Connection: life
// ----------------------------------------------------------------------------------------------

void Connection::start() {
  error_code ec;
  socket_.non_blocking(true, ec);
  if (!ec) socket_.set_option(tcp::no_delay(true), ec);
  if (ec) return;
  core_->connections.insert(this);
  core_->start_sweeping();
  touch();
  wait_readable();
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  if (gone_) *gone_ = true;
  error_code ec;
  socket_.close(ec);
  core_->remove(this);
}

/// From the sweep: timeouts. A handler may take as long as it likes.
void Connection::check(SteadyTime now) {
  if (state_ == State::handling || state_ == State::closed || now < deadline_) return;
  // Closing an idle connection is normal; for a request that does not come, say why.
  if (state_ == State::reading && (parser_ || buffer_.size() > 0) && sent_ == 0) return fail(408);
  close();
}

void Connection::close_when_idle() {
  close_after_ = true;
  if (state_ == State::reading && !parser_ && buffer_.size() == 0) close();
}

// ---- Connection: reading
// -------------------------------------------------------------------------------------------

void Connection::wait_readable() {
  if (waiting_ || eof_ || state_ == State::closed) return;
  waiting_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->waiting_ = false;
    if (!error) self->readable();
  });
}

void Connection::readable() {
  if (state_ == State::closed) return;
  if (state_ == State::lingering) return discard();
  bool more = true;
  for (int i = 0; i < kReadsPerTurn && more && state_ != State::closed; ++i) {
    // While a handler runs only so much is read ahead: enough to notice that the client went away.
    if (state_ != State::reading && buffer_.size() >= kReadAhead) return;
    more = read_some();
    if (state_ == State::reading && buffer_.size() > 0) proceed();
  }
  if (eof_) {
    if (gone_) *gone_ = true;
    if (state_ == State::reading) close();
    return;
  }
  if (state_ == State::lingering) return discard();
  wait_readable();
}

/// Says whether there may be more to read at once.
bool Connection::read_some() {
  error_code ec;
  const auto space = buffer_.prepare(kReadSize);
  const std::size_t got = socket_.read_some(space, ec);
  buffer_.commit(got);
  if (ec == asio::error::would_block || ec == asio::error::try_again || ec == asio::error::interrupted)
    return false;
  if (ec) {
    eof_ = true;
    return false;
  }
  return got == space.size();
}

/// Parses and hands over what is in the buffer, request by request.
void Connection::proceed() {
  if (std::exchange(proceeding_, true))
    return;  // called by a handler that answered at once: the loop below goes on
  const auto self = shared_from_this();
  while (state_ == State::reading && buffer_.size() > 0) {
    if (!parse()) break;
    hand_over();
  }
  proceeding_ = false;
  if (state_ == State::closed) return;
  if (state_ == State::reading && eof_) return close();
  if (state_ == State::reading && !parser_ && buffer_.size() == 0 && buffer_.capacity() > 2 * kKeptBuffer)
    buffer_ = {};
}

/// True when a request is complete.
bool Connection::parse() {
  const auto data = [this] {
    return std::string_view(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  };
  if (!parser_) {
    // Empty lines between requests are harmless; anything but a method's name is not HTTP (TLS, for
    // instance).
    std::size_t blank = 0;
    while (blank < buffer_.size() && (data()[blank] == '\r' || data()[blank] == '\n')) ++blank;
    buffer_.consume(blank);
    if (buffer_.size() == 0) return false;
    const char first = data().front();
    if (first < 'A' || first > 'z') {
      fail(400);
      return false;
    }
    parser_.emplace(core_->options.max_header_bytes, core_->options.max_body_bytes);
    continued_ = false;
    touch();
  }
  error_code ec;
  buffer_.consume(parser_->put(buffer_.data(), ec));
  if (ec && ec != http::error::need_more) {
    fail(parser_->status_of(ec));
    return false;
  }
  if (parser_->is_done()) return true;
  if (parser_->is_header_done()) {
    touch();  // a body may take its time as long as it comes; a header may not
    if (parser_->unknown_expectation) {
      fail(417);
      return false;
    }
    if (parser_->expects_continue && buffer_.size() == 0) send_continue();
  }
  return false;
}

/// The socket has nothing else to send at this point, so the few bytes always fit.
void Connection::send_continue() {
  if (std::exchange(continued_, true) || parser_->minor_version == 0 || !parser_->request.body.empty())
    return;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code ec;
  if (socket_.write_some(asio::buffer(kContinue.data(), kContinue.size()), ec) != kContinue.size() || ec)
    close();
}

void Connection::hand_over() {
  HttpRequest request = std::move(parser_->request);
  request_close_ = !parser_->keep_alive();
  http_1_0_ = parser_->minor_version == 0;
  parser_.reset();
  head_request_ = request.method == "HEAD";
  request.peer = peer_;
  if (!gone_ || gone_.use_count() > 1) gone_ = std::make_shared<bool>(false);
  *gone_ = false;
  request.gone = gone_;
  state_ = State::handling;
  const std::uint64_t number = ++request_;
  core_->arrived(std::move(request), std::make_shared<Answer>(shared_from_this(), number));
  wait_readable();  // to notice the end of the connection
}

// ---- Connection: answering
// -----------------------------------------------------------------------------------------

void Connection::respond(std::uint64_t request, HttpResponse response) {
  if (state_ != State::handling || request != request_) return;
  if (request_close_ || core_->draining || response.close) close_after_ = true;
  state_ = State::writing;
  core_->answered(shared_from_this(), std::move(response));
}

void Connection::send(HttpResponse response) {
  if (state_ == State::closed) return;
  std::string body = std::move(response.body);
  response.body.clear();
  send(response, std::move(body));
}

void Connection::abandoned(std::uint64_t request) {
  if (state_ != State::handling || request != request_) return;
  PUDDLE_LOG(error, "http", "a request was dropped without an answer");
  close();
}

/// An answer to a request that could not be read; nothing after it can be trusted.
void Connection::fail(int status) {
  const auto self = shared_from_this();
  if (parser_) {
    http_1_0_ = parser_->minor_version == 0;
    head_request_ = parser_->request.method == "HEAD";
  }
  parser_.reset();
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  std::string body = "{\"message\":\"" + std::string(reason_phrase(status)) + "\"}";
  close_after_ = true;
  lingered_ = 1;  // the client may still be sending
  send(response, std::move(body));
}

void Connection::send(const HttpResponse& response, std::string body) {
  state_ = State::writing;
  sent_ = 0;
  ResponseFraming framing;
  framing.http_1_0 = http_1_0_;
  framing.close = close_after_;
  framing.date = core_->date();
  head_.clear();
  head_.reserve(512 + (body.size() <= kJoinedBody ? body.size() : 0));
  append_response_head(head_, response, body.size(), framing);
  body_.clear();
  if (!head_request_ && status_has_body(response.status)) {
    if (body.size() <= kJoinedBody)
      head_ += body;
    else
      body_ = std::move(body);
  }
  send_rest();
}

void Connection::send_rest() {
  for (;;) {
    std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(body_)};
    const std::size_t total = head_.size() + body_.size();
    parts[0] += std::min(sent_, head_.size());
    parts[1] += sent_ > head_.size() ? sent_ - head_.size() : 0;
    error_code ec;
    sent_ += socket_.write_some(parts, ec);
    if (ec == asio::error::interrupted) continue;
    if (ec == asio::error::would_block || ec == asio::error::try_again) break;
    if (ec) return close();
    if (sent_ == total) return sent();
  }
  touch();
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    if (self->state_ != State::writing) return;
    if (error) return self->close();
    self->send_rest();
  });
}

void Connection::sent() {
  sent_ = 0;
  if (head_.capacity() > kKeptBuffer) head_ = {};
  body_ = {};
  if (close_after_) return linger();
  state_ = State::reading;
  touch();
  if (buffer_.size() > 0) proceed();
  if (state_ != State::reading) return;
  if (eof_) return close();
  wait_readable();
}

/// Closing with unread input would reset the connection and may destroy the answer on its way: when the
/// client may be sending still, what it sends is thrown away for a moment.
void Connection::linger() {
  if (lingered_ == 0 && buffer_.size() == 0) return close();
  state_ = State::lingering;
  deadline_ = std::chrono::steady_clock::now() + kLinger;
  buffer_ = {};
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec || eof_) return close();
  discard();
}

void Connection::discard() {
  std::array<char, 16 * 1024> sink;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    error_code ec;
    lingered_ += socket_.read_some(asio::buffer(sink), ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) break;
    if (ec || lingered_ > kLingerBytes) return close();
  }
  wait_readable();
}

}  // namespace puddle::http_detail
