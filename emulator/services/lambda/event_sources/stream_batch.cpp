// A batch of stream records, brought to its end: processed, or given up after its retries or its age, and
// then its whereabouts go to the failure destination. The checkpoint row moves after that: a kill in between
// gives the batch again, never none.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "runtime/random.hpp"
#include "services/lambda/event_sources/stream_invoke.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

constexpr Duration kMaxPause = std::chrono::seconds(60);

Duration pause(int attempt) {
  return std::min<Duration>(kMaxPause, std::chrono::milliseconds(200) * (1 << std::min(attempt, 12)));
}

/// How many of the leading records are too old to be sent to the function.
std::size_t count_old(const Mapping& m, const std::vector<StreamItem>& items, Time now) {
  const int max_age = m.config.max_age.value_or(-1);
  const auto is_old = [&](const StreamItem& i) {
    const Duration age = now - i.arrived;
    return age >= ChangeFeed::kRetention || (max_age >= 0 && age > std::chrono::seconds(max_age));
  };
  return static_cast<std::size_t>(std::find_if_not(items.begin(), items.end(), is_old) - items.begin());
}

void move_checkpoint(Lambda& service, const LanePlace& place, const std::string& sequence) {
  service.deps.store.atomically(
      [&] { service.records.put_checkpoint(place.uuid, place.shard, place.lane, sequence); });
}

/// The first n records were given up.
Task<> give_up(Lambda& service, LanePlace place, std::vector<StreamItem> items, LastRun last,
               std::string condition, int attempts) {
  const std::string end = items.back().sequence;
  if (const Mapping* mapping = service.find_mapping(place.uuid)) {
    Task<> telling = report_failure(service, *mapping, place.shard, std::move(items), std::move(last),
                                    std::move(condition), attempts);
    co_await std::move(telling);
  }
  if (service.find_mapping(place.uuid)) move_checkpoint(service, place, end);
}

std::vector<StreamItem> take(std::vector<StreamItem>& items, std::size_t n) {
  const auto end = items.begin() + static_cast<std::ptrdiff_t>(n);
  std::vector<StreamItem> out(std::make_move_iterator(items.begin()), std::make_move_iterator(end));
  items.erase(items.begin(), end);
  return out;
}

}  // namespace

Task<> process_batch(Lambda& service, LanePlace place, std::vector<StreamItem> items) {
  int attempts = 0, tries = 0;
  LastRun last;
  while (!items.empty()) {
    const Mapping* found = service.find_mapping(place.uuid);
    if (!found) co_return;
    const Mapping mapping = *found;
    if (const std::size_t old = count_old(mapping, items, service.deps.loop.now()); old > 0) {
      std::vector<StreamItem> dropped = take(items, old);
      Task<> dropping = give_up(service, place, std::move(dropped), last, "RecordAgeExceeded", attempts);
      co_await std::move(dropping);
      continue;
    }
    Task<StreamRun> running = run_records(service, mapping, place, items, WindowCall{});
    StreamRun run = co_await std::move(running);
    if (!service.find_mapping(place.uuid)) co_return;
    last = run.last;
    ++tries;
    if (run.last.invoked) ++attempts;
    if (run.done > 0) {
      const std::string at = items[run.done - 1].sequence;
      service.deps.store.atomically([&] {
        service.records.put_checkpoint(place.uuid, place.shard, place.lane, at);
        if (run.state) service.records.put_window(place.uuid, place.shard, place.lane, *run.state);
      });
      items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(run.done));
    }
    note_result(service, place.uuid, run.failed ? "PROBLEM: Function call failed" : "OK");
    if (items.empty()) co_return;
    if (run.last.invoked && mapping.config.bisect.value_or(false) && items.size() > 1 && run.done == 0) {
      // Two halves in order, each with its own attempts: splitting is no retry.
      std::vector<StreamItem> first = take(items, items.size() / 2);
      Task<> one = process_batch(service, place, std::move(first));
      co_await std::move(one);
      Task<> two = process_batch(service, place, std::move(items));
      co_await std::move(two);
      co_return;
    }
    const int max_retries = mapping.config.max_retries.value_or(-1);
    if (run.last.invoked && max_retries >= 0 && attempts > max_retries) {
      Task<> dropping = give_up(service, place, std::move(items), last, "RetryAttemptsExhausted", attempts);
      co_await std::move(dropping);
      co_return;
    }
    // What was processed in part goes on at once.
    if (run.done > 0) continue;
    const Time later = service.deps.loop.now() + pause(tries);
    Sleep nap(service.deps.loop, later);
    co_await nap;
  }
}

Task<StreamRun> run_records(Lambda& service, Mapping mapping, LanePlace place, std::vector<StreamItem> items,
                            WindowCall window) {
  StreamRun out;
  Event event;
  event.request_id = out.last.request_id = uuid(service.deps.entropy);
  const bool windows = mapping.config.tumbling.value_or(0) > 0;
  std::string more = windows ? window_members(service, mapping, place, window) : "";
  event.payload = stream_event(items, mapping.config.source_arn, more);
  Result result;
  std::string problem;
  try {
    std::string arn = mapping.config.function_arn;
    Task<Result> work = service.environments.run(std::move(arn), std::move(event));
    result = co_await std::move(work);
    out.last.invoked = true;
    out.failed = out.last.function_error = result.failed();
    out.last.version = result.executed_version;
  } catch (const AwsError& e) {
    out.failed = true;
    problem = e.what();
  }
  if (!problem.empty())
    PUDDLE_LOG(warn, "lambda", "a batch of " + mapping.config.source_arn + " was not run: " + problem);
  if (!out.failed && mapping.reports_failures()) {
    const auto known = [&](std::string_view id) {
      return std::any_of(items.begin(), items.end(), [&](const StreamItem& i) { return i.sequence == id; });
    };
    const BatchAnswer answer = read_batch_answer(result.outcome.payload, known);
    out.failed = answer.all_failed || !answer.failed.empty();
    // Everything before the lowest number that was reported is done.
    if (!answer.all_failed && out.failed) {
      const std::string lowest = *std::min_element(answer.failed.begin(), answer.failed.end());
      const auto at =
          std::find_if(items.begin(), items.end(), [&](const StreamItem& i) { return i.sequence == lowest; });
      out.done = static_cast<std::size_t>(at - items.begin());
    }
  }
  if (!out.failed) out.done = items.size();
  if (windows && (out.done > 0 || items.empty()))
    out.state = window_state(service, place, result.outcome.payload);
  if (service.deps.settings.hop) {
    const auto arn = Arn::parse(mapping.config.function_arn);
    service.deps.settings.hop(arn->resource.substr(arn->resource.find(':') + 1),
                              std::to_string(out.done) + " of " + std::to_string(items.size()) +
                                  " record(s) done, " +
                                  std::to_string(result.outcome.duration.count() / 1000) + " ms");
  }
  co_return std::move(out);
}

}  // namespace puddle::lambda
