// EventSources: the pollers of enabled event source mappings. A queue has one, a stream one for every lane of
// its shard (ParallelizationFactor). A poller reads its source as the function's role, so what the role may
// not do is not done. Positions are the sources' own (a queue's visibility) or rows (checkpoints of streams):
// a batch is done with only after its function has answered. Engine thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "services/lambda/environments.hpp"
#include "services/lambda/mapping.hpp"

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

/// The patterns of a mapping, ready to run.
class RecordFilter;

/// What a poller shares with its batches. It lives as long as one of them runs.
struct SourceState {
  explicit SourceState(Loop& loop) : changed(loop) {}
  Signal changed;          ///< a batch ended, or a stream has something new
  std::uint64_t news = 0;  ///< counts what was raised, so that none is missed while reading
  int batches = 0;         ///< running
  double allowed = 0;      ///< batches at a time, as it has grown (queues)
  Time saturated{};        ///< since when all allowed batches run; zero: they don't
  int throttles = 0;       ///< in a row
  std::shared_ptr<const RecordFilter> filter;
};

// queue_poller.cpp
Task<> poll_queue(Lambda& service, std::string uuid, std::shared_ptr<SourceState> state);
// queue_batch.cpp: invokes the function with a batch and deletes what it has processed.
Task<> run_queue_batch(Lambda& service, Mapping mapping, wire::List messages,
                       std::shared_ptr<SourceState> state);
/// Entries that are not deleted come back by themselves; the problem is logged.
Task<> delete_messages(Lambda& service, Function function, std::string queue_arn, wire::List messages);

// stream_poller.cpp
Task<> poll_lane(Lambda& service, std::string uuid, int lane, int lanes, std::shared_ptr<SourceState> state);

/// A record of a stream as a poller holds it.
struct StreamItem {
  std::string json, sequence;
  std::string keys;  ///< JSON of its key attributes
  Time arrived;
};
/// Where a batch comes from.
struct LanePlace {
  std::string uuid, shard;
  int lane = 0;
};
// stream_batch.cpp: brings a batch to its end, one way or the other, and moves the checkpoint.
Task<> process_batch(Lambda& service, LanePlace place, std::vector<StreamItem> items);
// stream_window.cpp: the same for tumbling windows; it keeps the window's state between batches.
Task<> process_windows(Lambda& service, LanePlace place, std::vector<StreamItem> items);
/// Ends the lane's open window when its time is over. The time at which that will be; nothing without one.
Task<std::optional<Time>> close_window(Lambda& service, LanePlace place);
/// The lane that a record belongs to: records of the same key are in the same one.
int lane_of(std::string_view keys, int lanes);
/// Writes LastProcessingResult when it changes.
void note_result(Lambda& service, const std::string& uuid, std::string result);

// stream_failure.cpp: tells the failure destination where the records are that were given up.
struct LastRun {
  std::string request_id;
  bool function_error = false;
  bool invoked = false;
  std::string version;
};
Task<> report_failure(Lambda& service, Mapping mapping, std::string shard, std::vector<StreamItem> items,
                      LastRun last, std::string condition, int attempts);

// record_filter.cpp

class RecordFilter {
 public:
  /// Throws InvalidParameterValueException.
  static std::shared_ptr<const RecordFilter> make(const std::optional<FilterCriteria>& criteria);
  virtual ~RecordFilter() = default;
  /// A message as ReceiveMessage gives it, in the form of the event.
  virtual bool accepts_message(const Value& record) const = 0;
  /// A record of a stream, JSON.
  virtual bool accepts_record(std::string_view json) const = 0;
};

// events.cpp: the records of events, as AWS writes them, and the answers of functions.

/// A message as ReceiveMessage gives it, as a record of an event.
Value queue_record(const Value& message, const std::string& queue_arn, const std::string& region);
/// {"Records":[...]} of records as GetRecords gives them, each JSON text. more: further members of the event,
/// JSON text that starts with a comma, or empty.
std::string stream_event(const std::vector<StreamItem>& records, const std::string& stream_arn,
                         std::string_view more = {});

/// What ReportBatchItemFailures said.
struct BatchAnswer {
  bool all_failed = false;
  std::vector<std::string> failed;
};
/// known: whether an identifier belongs to the batch.
BatchAnswer read_batch_answer(std::string_view payload, const std::function<bool(std::string_view)>& known);

/// A client call as the function's role. It throws AwsError when the role cannot be assumed.
ClientCall role_call(Lambda& service, const Function& function, std::string service_name,
                     std::string operation, wire::Map input, const std::string& source_arn);

/// destinations.cpp: sends text to a queue, topic or function as the function's role; the problem, or empty.
Task<std::string> send_to_destination(Lambda& service, Function function, std::string target,
                                      std::string text, wire::Map attributes);

}  // namespace puddle::lambda
