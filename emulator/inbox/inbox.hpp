// Inbox: the mail that the built-in SMTP server took, as rows, and its views under /_puddle/inbox. Engine
// thread.
//   GET /_puddle/inbox[?limit=N]   {"messages":[{"id","from","to","subject","received_at","text","links"}]},
//   newest first GET /_puddle/inbox/ID          the same of one message, with its headers GET
//   /_puddle/inbox/ID/raw      message/rfc822 DELETE on /_puddle/inbox and /_puddle/inbox/ID
#pragma once
#include <functional>
#include <string>

#include "base/http.hpp"
#include "ports/entropy.hpp"
#include "ports/loop.hpp"
#include "ports/mailer.hpp"
#include "store/store.hpp"

namespace puddle {

class Inbox {
 public:
  static constexpr std::int64_t kKept = 10'000;  ///< older mail is dropped
  Inbox(Store& store, Loop& loop, Entropy& entropy) : store_(store), loop_(loop), entropy_(entropy) {}
  static Migration migration();

  /// stored(true) when the mail is committed.
  void receive(Mail mail, std::function<void(bool)> stored);
  void handle(const HttpRequest& request, const Respond& respond);
  /// Called with each mail's text once it is committed.
  std::function<void(const std::string& text)> on_mail;

 private:
  Store& store_;
  Loop& loop_;
  Entropy& entropy_;
};

}  // namespace puddle
