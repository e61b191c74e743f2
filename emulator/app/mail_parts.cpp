// The mail side of the daemon: an SMTP listener that fills the inbox, and the mailer that SNS sends with,
// which speaks to that listener or to the relay that was asked for.
#include "app/parts.hpp"
#include "base/text.hpp"
#include "hosts/curl_mailer.hpp"
#include "hosts/smtp_server.hpp"
#include "inbox/inbox.hpp"
#include "puddle/emulator.hpp"

namespace puddle {
namespace {

class InboxMail final : public MailParts {
 public:
  InboxMail(AsioLoop& loop, Pool& pool, const Config& config) : loop_(loop), relay_(config.smtp) {
    auto opened = SmtpServer::listen(loop, config.host, config.inbox_port,
                                     [this](Mail mail, std::function<void(bool)> stored) {
                                       if (inbox_)
                                         inbox_->receive(std::move(mail), std::move(stored));
                                       else
                                         stored(false);
                                     });
    if (!opened)
      throw StartError("cannot listen for mail on " + config.host + ":" + std::to_string(config.inbox_port) +
                       ": " + opened.error().message + " (choose another with --inbox-port)");
    server_ = std::move(*opened);
    const std::string host = config.host == "0.0.0.0" ? "127.0.0.1" : config.host;
    own_ = host + ":" + std::to_string(server_->port());
    mailer_ = std::make_unique<CurlMailer>(pool, relay_.empty() ? own_ : relay_);
  }

  Mailer* mailer() override { return mailer_.get(); }

  std::string start(Store& store, Entropy& entropy, const Settings& settings,
                    std::function<void(const std::string&)> follow) override {
    inbox_ = std::make_unique<Inbox>(store, loop_, entropy);
    if (settings.inbox_confirm)
      inbox_->on_mail = [follow = std::move(follow)](const std::string& text) {
        const std::size_t at = text.find("/?Action=ConfirmSubscription&");
        if (at == std::string::npos) return;
        const std::size_t start = text.rfind("http", at);
        if (start != std::string::npos)
          follow(text.substr(start, text.find_first_of(" \r\n", start) - start));
      };
    return {};
  }

  void mount(Gateway& gateway) override {
    gateway.mount("/_puddle/inbox", [this](const HttpRequest& request, const Respond& respond) {
      inbox_->handle(request, respond);
    });
  }

  std::string description() const override {
    return relay_.empty() ? "smtp://" + own_ + " (the built-in inbox)"
                          : "through " + mailer_->url() + "; inbox on smtp://" + own_;
  }

 private:
  AsioLoop& loop_;
  std::string relay_, own_;
  std::unique_ptr<Inbox> inbox_;
  std::unique_ptr<SmtpServer> server_;
  std::unique_ptr<CurlMailer> mailer_;
};

}  // namespace

std::unique_ptr<MailParts> MailParts::make(AsioLoop& loop, Pool& pool, const Config& config) {
  return std::make_unique<InboxMail>(loop, pool, config);
}

}  // namespace puddle
