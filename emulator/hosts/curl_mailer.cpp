#include "hosts/curl_mailer.hpp"

#include "base/text.hpp"

namespace puddle {
namespace {

MailOutcome outcome_of(const CurlMailAnswer& answer) {
  MailOutcome out;
  out.detail = answer.detail;
  if (answer.sent) return out;
  // A 5xx is the relay's final word; everything else (4xx, no connection, a time-out) may pass.
  out.kind =
      answer.code >= 500 && answer.code < 600 ? MailOutcome::Kind::permanent : MailOutcome::Kind::transient;
  if (answer.code) out.detail = std::to_string(answer.code) + ": " + out.detail;
  return out;
}

}  // namespace

CurlMailer::CurlMailer(Pool& pool, const std::string& relay) : pool_(pool) {
  std::string scheme = "smtp", rest = relay;
  if (const auto parts = cut(relay, "://")) {
    scheme = std::string(parts->first);
    rest = std::string(parts->second);
  }
  if (const std::size_t at = rest.rfind('@'); at != std::string::npos) {
    const auto login = cut(std::string_view(rest).substr(0, at), ":");
    user_ = url_decode(login ? login->first : std::string_view(rest).substr(0, at));
    if (login) password_ = url_decode(login->second);
    rest = rest.substr(at + 1);
  }
  url_ = scheme + "://" + rest;
}

void CurlMailer::send(Mail mail, std::function<void(MailOutcome)> done) {
  queue_.push_back({std::move(mail), std::move(done)});
  next();
}

void CurlMailer::next() {
  if (busy_ || queue_.empty()) return;
  busy_ = true;
  CurlMail message;
  message.url = url_;
  message.user = user_;
  message.password = password_;
  message.from = queue_.front().mail.from;
  message.to = queue_.front().mail.to;
  message.message = std::move(queue_.front().mail.message);
  auto answer = std::make_shared<CurlMailAnswer>();
  pool_.run([smtp = smtp_, message = std::move(message), answer] { *answer = smtp->send(message); },
            [this, alive = std::weak_ptr<bool>(alive_), answer] {
              if (alive.expired()) return;  // the mailer is gone
              const auto done = std::move(queue_.front().done);
              queue_.pop_front();
              busy_ = false;
              done(outcome_of(*answer));
              next();
            });
}

}  // namespace puddle
