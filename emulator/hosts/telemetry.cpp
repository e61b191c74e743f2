#include "hosts/telemetry.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <deque>

#include "base/log.hpp"
#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using wire::Value;

constexpr std::size_t kMaxWaiting = 20'000;
constexpr std::size_t kMaxEarly = 1'000;
constexpr Duration kPatience = std::chrono::seconds(2);

HttpResponse refused(std::string_view type, std::string_view message) {
  HttpResponse r;
  r.status = 400;
  r.headers.add("Content-Type", "application/json");
  r.body = "{\"errorMessage\":";
  append_json_string(r.body, message);
  r.body += ",\"errorType\":";
  append_json_string(r.body, type);
  r.body += "}";
  return r;
}

/// One POST to a server on this machine.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(asio::io_context& context, std::string request, std::function<void(bool)> done)
      : socket_(context), request_(std::move(request)), done_(std::move(done)) {}
  void start(std::uint16_t port) {
    socket_.async_connect(tcp::endpoint(asio::ip::address_v4::loopback(), port), [self = shared_from_this()](
                                                                                     error_code error) {
      if (error) return self->finish(false);
      asio::async_write(self->socket_, asio::buffer(self->request_), [self](error_code failed, std::size_t) {
        if (failed) return self->finish(false);
        self->read();
      });
    });
  }
  void give_up() { finish(false); }

 private:
  void read() {
    socket_.async_read_some(
        asio::buffer(answer_), [self = shared_from_this()](error_code error, std::size_t n) {
          const std::string_view text(self->answer_.data(), n);
          self->finish(!error && text.starts_with("HTTP/1.") && text.size() > 9 && text[9] == '2');
        });
  }
  void finish(bool good) {
    error_code ignored;
    socket_.close(ignored);
    if (const auto done = std::exchange(done_, nullptr)) done(good);
  }
  tcp::socket socket_;
  std::string request_;
  std::function<void(bool)> done_;
  std::array<char, 1024> answer_{};
};

}  // namespace

struct Telemetry::Subscriber : std::enable_shared_from_this<Subscriber> {
  explicit Subscriber(AsioLoop& l) : loop(l) {}
  AsioLoop& loop;
  std::string extension, host, path = "/";
  std::uint16_t port = 80;
  Api api = Api::telemetry;
  bool platform = false, function = false, extensions = false;
  std::size_t max_items = 10'000, max_bytes = 262'144, bytes = 0, dropped = 0, dropped_bytes = 0;
  Duration timeout{1000};
  std::deque<std::string> waiting;
  Loop::TimerId timer = 0, patience = 0;
  std::shared_ptr<Delivery> running;
  int failures = 0;

  bool full() const { return waiting.size() >= max_items || bytes >= max_bytes; }
  void schedule() {
    if (running) return;
    if (full()) return send();
    if (timer) return;
    timer = loop.at(loop.now() + timeout, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->timer = 0, self->send();
    });
  }
  void send() {
    if (timer) loop.cancel(std::exchange(timer, 0));
    if (running || waiting.empty()) return;
    std::string body = "[";
    std::size_t taken = 0;
    while (taken < waiting.size() && taken < max_items && body.size() < max_bytes + 262'144) {
      if (taken > 0) body += ',';
      body += waiting[taken++];
    }
    body += ']';
    const std::string request =
        "POST " + path + " HTTP/1.1\r\nHost: " + host +
        "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    running =
        std::make_shared<Delivery>(loop.context(), request, [weak = weak_from_this(), taken](bool good) {
          if (const auto self = weak.lock()) self->sent(good, taken);
        });
    running->start(port);
    patience = loop.at(loop.now() + kPatience, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->patience = 0;
      if (const auto delivery = self->running) delivery->give_up();
    });
  }
  void sent(bool good, std::size_t count) {
    if (patience) loop.cancel(std::exchange(patience, 0));
    running.reset();
    if (!good && ++failures < 5) return schedule();
    if (!good)
      PUDDLE_LOG(warn, "lambda",
                 "the extension " + extension + " does not take telemetry at port " + std::to_string(port));
    failures = 0;
    for (std::size_t i = 0; i < count && !waiting.empty(); ++i) {
      if (!good) ++dropped, dropped_bytes += waiting.front().size();
      bytes -= waiting.front().size();
      waiting.pop_front();
    }
    if (!waiting.empty()) schedule();
  }
};

Telemetry::Telemetry(AsioLoop& loop) : loop_(loop) {}

Telemetry::~Telemetry() {
  for (const auto& s : subscribers_)
    for (Loop::TimerId* timer : {&s->timer, &s->patience})
      if (*timer) loop_.cancel(std::exchange(*timer, 0));
}

Telemetry::Subscribed Telemetry::subscribe(Api api, const std::string& extension, std::string_view body) {
  const auto parsed = wire::parse_json(body);
  if (!parsed || !parsed->is_map()) return {refused("ValidationError", "The body is not a JSON object"), {}};
  const Value* destination = parsed->find("destination");
  const Value* types = parsed->find("types");
  if (!destination || !destination->is_map() || !types || !types->is_list() || types->list().empty())
    return {refused("ValidationError", "destination and types are needed"), {}};
  auto s = std::make_shared<Subscriber>(loop_);
  s->extension = extension;
  s->api = api;
  if (destination->text_or("protocol") != "HTTP")
    return {refused("ValidationError", "Puddle delivers telemetry by the protocol HTTP only"), {}};
  std::string_view uri = destination->text_or("URI");
  if (!uri.starts_with("http://"))
    return {refused("ValidationError", "URI: http://sandbox.localdomain:PORT"), {}};
  uri.remove_prefix(7);
  const std::string_view authority = uri.substr(0, uri.find('/'));
  if (uri.size() > authority.size()) s->path = uri.substr(authority.size());
  s->host = authority;
  const auto parts = split(authority, ':');
  if (parts[0] != "sandbox.localdomain" && parts[0] != "sandbox" && parts[0] != "127.0.0.1" &&
      parts[0] != "localhost")
    return {refused("ValidationError", "The host must be sandbox.localdomain"), {}};
  if (parts.size() > 1) {
    const auto port = parse_int(parts[1]);
    if (!port || *port < 1 || *port > 65535) return {refused("ValidationError", "URI: invalid port"), {}};
    s->port = static_cast<std::uint16_t>(*port);
  }
  Subscribed out;
  for (const Value& type : types->list()) {
    const std::string name = type.is_text() ? std::string(type.text()) : std::string();
    if (name == "platform")
      s->platform = true, out.types.emplace_back("Platform");
    else if (name == "function")
      s->function = true, out.types.emplace_back("Function");
    else if (name == "extension")
      s->extensions = true, out.types.emplace_back("Extension");
    else
      return {refused("ValidationError", "types: platform, function or extension"), {}};
  }
  if (const Value* buffering = parsed->find("buffering"); buffering && buffering->is_map()) {
    const auto number = [&](const char* name, std::int64_t fallback, std::int64_t low, std::int64_t high) {
      const Value* v = buffering->find(name);
      return v && v->kind() == Value::Kind::integer ? std::clamp(v->integer(), low, high) : fallback;
    };
    s->max_items = static_cast<std::size_t>(number("maxItems", 10'000, 1, 10'000));
    s->max_bytes = static_cast<std::size_t>(number("maxBytes", 262'144, 1, 1'048'576));
    s->timeout = Duration(number("timeoutMs", 1000, 25, 30'000));
  }
  std::erase_if(subscribers_, [&](const auto& other) { return other->extension == extension; });
  for (const Happened& happened : early_) give(*s, happened);
  subscribers_.push_back(std::move(s));
  out.response.headers.add("Content-Type", "text/plain");
  out.response.body = "OK";
  return out;
}

void Telemetry::add(Subscriber& to, std::string event) {
  if (to.waiting.size() >= kMaxWaiting) {
    ++to.dropped;
    to.dropped_bytes += event.size();
    return;
  }
  if (to.dropped > 0) {
    std::string lost = "{\"time\":\"" + iso8601(loop_.now()) +
                       "\",\"type\":\"platform.logsDropped\",\"record\":{\"droppedBytes\":" +
                       std::to_string(std::exchange(to.dropped_bytes, 0)) +
                       ",\"droppedRecords\":" + std::to_string(std::exchange(to.dropped, 0)) +
                       ",\"reason\":\"The subscriber did not take them\"}}";
    to.bytes += lost.size();
    to.waiting.push_back(std::move(lost));
  }
  to.bytes += event.size();
  to.waiting.push_back(std::move(event));
  to.schedule();
}

void Telemetry::platform(const PlatformEvent& event) {
  tell({loop_.now(), Happened::Kind::platform, event, {}, false});
}

void Telemetry::line(Source source, std::string_view text, bool json) {
  if (subscribers_.empty() && !init_) return;
  tell({loop_.now(),
        source == Source::function ? Happened::Kind::function : Happened::Kind::extension,
        {},
        std::string(text),
        json});
}

void Telemetry::tell(Happened happened) {
  for (const auto& s : subscribers_) give(*s, happened);
  if (init_ && early_.size() < kMaxEarly) early_.push_back(std::move(happened));
}

void Telemetry::give(Subscriber& to, const Happened& happened) {
  if (happened.kind == Happened::Kind::platform) {
    if (!to.platform) return;
    PlatformEvent copy = happened.event;
    if (to.api == Api::logs && copy.type == "platform.telemetrySubscription")
      copy.type = "platform.logsSubscription";
    return add(to, to_json(copy, happened.when));
  }
  const bool function = happened.kind == Happened::Kind::function;
  if (function ? !to.function : !to.extensions) return;
  std::string event = "{\"time\":\"" + iso8601(happened.when) + "\",\"type\":\"" +
                      (function ? "function" : "extension") + "\",\"record\":";
  if (happened.json && happened.line.starts_with('{') && wire::parse_json(happened.line))
    event += happened.line;
  else
    append_json_string(event, happened.line + "\n");
  add(to, event + "}");
}

void Telemetry::flush() {
  for (const auto& s : subscribers_) s->send();
}

}  // namespace puddle
