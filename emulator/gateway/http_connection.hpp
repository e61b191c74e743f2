// Core and Connection: the inside of an HTTP listener. Private to the listener (it brings Asio's and Beast's
// headers). Engine thread only. Connections live as long as an operation of theirs, or the answer to their
// request, is pending.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "gateway/http_parser.hpp"
#include "ports/http_server.hpp"
#include "ports/loop.hpp"

namespace puddle::http_detail {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

class Connection;

/// The one chance to answer a request, shared by the copies of a Respond.
class Answer {
 public:
  Answer(std::shared_ptr<Connection> connection, std::uint64_t request)
      : connection_(std::move(connection)), request_(request) {}
  ~Answer();
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  void give(HttpResponse response);

 private:
  std::shared_ptr<Connection> connection_;
  std::uint64_t request_;
};

/// What a listener's connections share. Lives until the listener and all its connections are gone.
struct Core : std::enable_shared_from_this<Core> {
  Core(Loop& l, asio::io_context& c, ListenOptions o, HttpHandler h)
      : loop(l), options(std::move(o)), handler(std::move(h)), acceptor(c), retry(c), sweeper(c) {}

  void accept();
  void accepted(const error_code& error, tcp::socket socket);
  void refuse(tcp::socket socket);
  void start_sweeping();
  void sweep();
  void remove(Connection* connection);
  void drain(std::function<void()> done);
  void shut_down();
  std::string_view date();
  /// Requests are read, handled and answered in batches: all that one turn of the loop found readable. A
  /// stage's code then stays in the processor's cache for the whole batch instead of pushing out the next
  /// stage's.
  void arrived(HttpRequest request, std::shared_ptr<Answer> answer);
  void answered(std::shared_ptr<Connection> connection, HttpResponse response);

  Loop& loop;
  ListenOptions options;
  HttpHandler handler;
  tcp::acceptor acceptor;
  asio::steady_timer retry, sweeper;
  std::unordered_set<Connection*> connections;
  std::function<void()> drained;
  bool draining = false, sweeping = false;

 private:
  std::vector<std::shared_ptr<Connection>> all() const;
  void handle_arrived();
  void send_answered();

  std::vector<std::pair<HttpRequest, std::shared_ptr<Answer>>> arrived_;
  std::vector<std::pair<std::shared_ptr<Connection>, HttpResponse>> answered_;
  std::int64_t date_second_ = -1;
  std::string date_;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Core> core, tcp::socket socket, std::string peer)
      : core_(std::move(core)), socket_(std::move(socket)), peer_(std::move(peer)) {}
  ~Connection() { close(); }

  void start();
  void close();
  void check(SteadyTime now);
  void close_when_idle();
  void respond(std::uint64_t request, HttpResponse response);
  void send(HttpResponse response);
  /// The handler dropped its Respond.
  void abandoned(std::uint64_t request);

 private:
  enum class State { reading, handling, writing, lingering, closed };

  void touch() { deadline_ = std::chrono::steady_clock::now() + core_->options.idle_timeout; }
  void wait_readable();
  void readable();
  bool read_some();
  void proceed();
  bool parse();
  void hand_over();
  void fail(int status);
  void send(const HttpResponse& response, std::string body);
  void sent();
  void send_rest();
  void linger();
  void discard();
  void send_continue();

  std::shared_ptr<Core> core_;
  tcp::socket socket_;
  std::string peer_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestParser> parser_;
  State state_ = State::reading;
  SteadyTime deadline_{};
  std::uint64_t request_ = 0;  // number of the request being handled
  std::shared_ptr<bool> gone_;
  std::string head_, body_;  // what is being sent
  std::size_t sent_ = 0;
  std::size_t lingered_ = 0;
  bool waiting_ = false;  // async_wait is under way
  bool eof_ = false;
  bool proceeding_ = false;
  bool close_after_ = false;
  bool head_request_ = false, http_1_0_ = false, request_close_ = false;
  bool continued_ = false;
};

}  // namespace puddle::http_detail
