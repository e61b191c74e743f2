#include "gateway/http_listener.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "gateway/http_connection.hpp"
#include "gateway/http_message.hpp"

namespace puddle {
namespace http_detail {
namespace {

constexpr Duration kAcceptRetry = std::chrono::milliseconds(100);

}  // namespace

// ---- Core
// ----------------------------------------------------------------------------------------------------------

void Core::accept() {
  if (!acceptor.is_open()) return;
  acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    self->accepted(error, std::move(socket));
  });
}

void Core::accepted(const error_code& error, tcp::socket socket) {
  if (!acceptor.is_open()) return;
  if (error) {
    // Most likely out of file descriptors: connections that end will bring some back.
    PUDDLE_LOG(warn, "http", "cannot accept a connection: " + error.message());
    retry.expires_after(kAcceptRetry);
    retry.async_wait([self = shared_from_this()](const error_code& e) {
      if (!e) self->accept();
    });
    return;
  }
  if (connections.size() >= options.max_connections) {
    refuse(std::move(socket));
  } else {
    error_code ec;
    auto address = socket.remote_endpoint(ec).address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    if (!ec)
      std::make_shared<Connection>(shared_from_this(), std::move(socket), address.to_string())->start();
  }
  accept();
}

void Core::refuse(tcp::socket socket) {
  HttpResponse response;
  response.status = 503;
  response.headers.add("Retry-After", "1");
  ResponseFraming framing;
  framing.close = true;
  framing.date = date();
  std::string text;
  append_response_head(text, response, 0, framing);
  error_code ec;
  socket.non_blocking(true, ec);
  socket.write_some(asio::buffer(text), ec);
  socket.close(ec);
}

/// One timer for the timeouts of all connections, only while there are any.
void Core::start_sweeping() {
  if (std::exchange(sweeping, true)) return;
  const Duration interval = std::clamp(options.idle_timeout / 4, Duration(10), Duration(1000));
  sweeper.expires_after(interval);
  sweeper.async_wait([self = shared_from_this()](const error_code& error) {
    self->sweeping = false;
    if (!error) self->sweep();
  });
}

/// Kept alive: what is done to one may end it, and take it out of `connections`.
std::vector<std::shared_ptr<Connection>> Core::all() const {
  std::vector<std::shared_ptr<Connection>> out;
  out.reserve(connections.size());
  for (Connection* connection : connections) out.push_back(connection->shared_from_this());
  return out;
}

void Core::sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (const auto& connection : all()) connection->check(now);
  if (!connections.empty()) start_sweeping();
}

void Core::remove(Connection* connection) {
  connections.erase(connection);
  if (!connections.empty()) return;
  if (sweeping) sweeper.cancel();
  if (draining && drained) loop.post(std::exchange(drained, nullptr));
}

void Core::drain(std::function<void()> done) {
  error_code ec;
  acceptor.close(ec);
  retry.cancel();
  draining = true;
  drained = std::move(done);
  for (const auto& connection : all()) connection->close_when_idle();
  if (connections.empty() && drained) loop.post(std::exchange(drained, nullptr));
}

void Core::shut_down() {
  error_code ec;
  acceptor.close(ec);
  retry.cancel();
  sweeper.cancel();
  drained = nullptr;
  draining = true;
  for (const auto& connection : all()) connection->close();
  handler = nullptr;
  // What waits for its batch keeps connections, and they this.
  arrived_.clear();
  answered_.clear();
}

void Core::arrived(HttpRequest request, std::shared_ptr<Answer> answer) {
  if (arrived_.empty()) loop.post([self = shared_from_this()] { self->handle_arrived(); });
  arrived_.emplace_back(std::move(request), std::move(answer));
}

void Core::handle_arrived() {
  for (auto batch = std::exchange(arrived_, {}); auto& [request, answer] : batch) {
    if (!handler) continue;
    handler(std::move(request), [answer = std::move(answer)](HttpResponse r) { answer->give(std::move(r)); });
  }
}

void Core::answered(std::shared_ptr<Connection> connection, HttpResponse response) {
  if (answered_.empty()) loop.post([self = shared_from_this()] { self->send_answered(); });
  answered_.emplace_back(std::move(connection), std::move(response));
}

void Core::send_answered() {
  for (auto batch = std::exchange(answered_, {}); auto& [connection, response] : batch)
    connection->send(std::move(response));
}

std::string_view Core::date() {
  const Time now = loop.now();
  if (const std::int64_t second = to_seconds(now); second != date_second_) {
    date_second_ = second;
    date_ = http_date(now);
  }
  return date_;
}

}  // namespace http_detail

namespace {

using namespace http_detail;

class TcpListener final : public Listener {
 public:
  explicit TcpListener(std::shared_ptr<Core> core) : core_(std::move(core)) {
    error_code ec;
    port_ = core_->acceptor.local_endpoint(ec).port();
  }
  ~TcpListener() override { core_->shut_down(); }
  std::uint16_t port() const override { return port_; }
  void drain(std::function<void()> done) override { core_->drain(std::move(done)); }

 private:
  std::shared_ptr<Core> core_;
  std::uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Listener>> BeastHttpServer::listen(ListenOptions options, HttpHandler handler) {
  error_code ec;
  const std::string where = options.address + ":" + std::to_string(options.port);
  const auto address =
      asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address, ec);
  if (ec) return Failure("cannot listen on " + where + ": not an address");
  const tcp::endpoint endpoint(address, options.port);
  auto core = std::make_shared<Core>(loop_, context_, std::move(options), std::move(handler));
  core->acceptor.open(endpoint.protocol(), ec);
  if (!ec) core->acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && address.is_v6()) core->acceptor.set_option(asio::ip::v6_only(false), ec);
  if (!ec) core->acceptor.bind(endpoint, ec);
  if (!ec) core->acceptor.listen(1024, ec);
  if (ec) return Failure("cannot listen on " + where + ": " + ec.message());
  core->accept();
  std::unique_ptr<Listener> listener = std::make_unique<TcpListener>(std::move(core));
  return Result<std::unique_ptr<Listener>>(std::move(listener));
}

}  // namespace puddle
