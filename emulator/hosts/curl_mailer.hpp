// CurlMailer: ports::Mailer over SMTP with libcurl on the pool. One message at a time.
// Engine thread.
#pragma once
#include <deque>
#include <memory>

#include "hosts/curl.hpp"
#include "ports/mailer.hpp"
#include "ports/pool.hpp"

namespace puddle {

class CurlMailer final : public Mailer {
 public:
  /// relay: "host:port", "smtp://host:port", "smtps://user:password@host:port".
  CurlMailer(Pool& pool, const std::string& relay);
  ~CurlMailer() override { smtp_->abort(); }
  void send(Mail mail, std::function<void(MailOutcome)> done) override;
  const std::string& url() const { return url_; }

 private:
  struct Queued {
    Mail mail;
    std::function<void(MailOutcome)> done;
  };
  void next();
  Pool& pool_;
  std::string url_, user_, password_;
  std::shared_ptr<CurlSmtp> smtp_ = std::make_shared<CurlSmtp>();  // outlives work on the pool
  std::deque<Queued> queue_;
  bool busy_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace puddle
