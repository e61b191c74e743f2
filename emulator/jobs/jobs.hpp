// Jobs: work that must happen after a commit, at least once. A job is a row, written in the same transaction
// as its cause, and removed or rescheduled in one transaction when its handler is done. Survives kill -9: a
// job whose handler was interrupted runs again, so handlers are idempotent or say why twice is right. Engine
// thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ports/loop.hpp"
#include "runtime/task.hpp"
#include "store/store.hpp"

namespace puddle {

struct Job {
  std::int64_t id = 0;
  std::string kind;     ///< "sns.mail", "lambda.invoke", ...; names the handler
  std::string key;      ///< what it belongs to, for cancel(); may be empty
  std::string payload;  ///< JSON text of the owner's making
  Time due;             ///< when it was to run
  Time created;
  int attempt = 1;  ///< 1 for the first run
};

/// What a handler decided.
struct JobResult {
  static JobResult done() { return JobResult(); }
  static JobResult retry_at(Time when) {
    JobResult r;
    r.again = true;
    r.when = when;
    return r;
  }
  bool again = false;
  Time when{};
};

class Jobs {
 public:
  /// A handler that throws is retried after backoff(attempt).
  using Handler = std::function<Task<JobResult>(Job)>;
  Jobs(Loop& loop, Store& store);
  ~Jobs();
  static Migration migration();

  /// At most `concurrency` jobs of the kind run at a time, in order of due time.
  void handle(std::string kind, Handler handler, int concurrency = 8);
  /// Adds a row; call it inside the operation's savepoint. It runs after the commit, when due.
  std::int64_t add(std::string kind, Time due, std::string payload, std::string key = {});
  /// Removes waiting jobs of the kind and key; a running one finishes.
  void cancel(const std::string& kind, const std::string& key);
  /// Reads due times after start or reset and begins to run. Handlers must be registered.
  void start();
  /// Drops running handlers; for reset and shutdown.
  void stop();
  std::size_t pending() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// 1 s, 2 s, 4 s ... up to 5 minutes.
Duration backoff(int attempt);

}  // namespace puddle
