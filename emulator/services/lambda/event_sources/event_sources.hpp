// EventSources: the pollers of enabled event source mappings, one task each. A poller reads its source as the
// function's role, so what the role may not do is not done. Positions are the sources' own (a queue's
// visibility) or rows (checkpoints of streams): a batch is done with only after its function has answered.
// Engine thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "services/lambda/environments.hpp"
#include "services/lambda/model.hpp"

namespace puddle::lambda {

class EventSources {
 public:
  explicit EventSources(Lambda& service);
  ~EventSources();
  /// Starts, restarts or stops the poller as the mapping says. Batches that run finish.
  void update(const Mapping& mapping);
  void stop(const std::string& uuid);
  void stop_all();

 private:
  struct Source;
  Lambda& service_;
  std::map<std::string, std::unique_ptr<Source>> sources_;
};

/// What a poller shares with its batches. It lives as long as one of them runs.
struct SourceState {
  explicit SourceState(Loop& loop) : changed(loop) {}
  Signal changed;     ///< a batch ended, or a stream has something new
  bool fresh = true;  ///< raised since the poller last looked
  int batches = 0;    ///< running
};

// sqs.cpp
Task<> poll_queue(Lambda& service, std::string uuid, std::shared_ptr<SourceState> state);
// streams.cpp
Task<> poll_stream(Lambda& service, std::string uuid, std::shared_ptr<SourceState> state);

// events.cpp: the records of events, as AWS writes them, and the answers of functions.

/// {"Records":[...]} of messages as ReceiveMessage gives them.
std::string queue_event(const wire::List& messages, const std::string& queue_arn, const std::string& region);
/// {"Records":[...]} of records as GetRecords gives them, each JSON text.
std::string stream_event(const std::vector<std::string>& records, const std::string& stream_arn);

/// What ReportBatchItemFailures said.
struct BatchAnswer {
  bool all_failed = false;
  std::vector<std::string> failed;
};
/// known: whether an identifier belongs to the batch.
BatchAnswer read_batch_answer(std::string_view payload, const std::function<bool(std::string_view)>& known);

/// A client call as the function's role.
ClientCall role_call(Lambda& service, const Function& function, std::string service_name,
                     std::string operation, wire::Map input, const std::string& source_arn);

}  // namespace puddle::lambda
