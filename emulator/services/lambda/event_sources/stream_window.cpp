// Tumbling windows: the function gets what it returned as state for the same window; when the window is over
// it is called once more, without records. Windows begin at multiples of their length. Open ones are rows.
#include <algorithm>

#include "base/log.hpp"
#include "services/lambda/event_sources/stream_invoke.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

constexpr std::size_t kMaxState = 1'000'000;
constexpr int kFinalAttempts = 3;  // when MaximumRetryAttempts does not say

std::int64_t length_of(const Mapping& m) { return std::int64_t{1000} * m.config.tumbling.value_or(0); }

std::int64_t start_of(const Mapping& m, Time t) {
  const std::int64_t length = length_of(m);
  return to_millis(t) / length * length;
}

/// The last invocation of the lane's open window.
Task<> finish(Lambda& service, LanePlace place, bool early) {
  for (int attempt = 1;; ++attempt) {
    const Mapping* found = service.find_mapping(place.uuid);
    if (!found) co_return;
    const Mapping mapping = *found;
    WindowCall call{true, early};
    std::vector<StreamItem> none;
    Task<StreamRun> running = run_records(service, mapping, place, std::move(none), call);
    const StreamRun run = co_await std::move(running);
    if (!service.find_mapping(place.uuid)) co_return;
    const int retries = mapping.config.max_retries.value_or(-1);
    const int most = retries < 0 ? kFinalAttempts : retries + 1;
    if (!run.failed || attempt >= most) {
      if (run.failed)
        PUDDLE_LOG(warn, "lambda", "the end of a window of " + mapping.config.source_arn + " failed");
      service.deps.store.atomically(
          [&] { service.records.erase_window(place.uuid, place.shard, place.lane); });
      co_return;
    }
    const Time later = service.deps.loop.now() + backoff(attempt);
    Sleep nap(service.deps.loop, later);
    co_await nap;
  }
}

}  // namespace

std::string window_members(const Lambda& service, const Mapping& m, const LanePlace& place, WindowCall call) {
  const auto open = service.records.window(place.uuid, place.shard, place.lane);
  if (!open) return {};
  const Time start = from_millis(open->starts), end = from_millis(open->starts + length_of(m));
  std::string out = ",\"window\":{\"start\":\"" + iso8601(start, Millis::none) + "\",\"end\":\"" +
                    iso8601(end, Millis::none) + "\"},\"state\":" + open->state + ",\"shardId\":\"" +
                    place.shard + "\",\"eventSourceARN\":\"" + m.config.source_arn + "\"";
  out += std::string(",\"isFinalInvokeForWindow\":") + (call.final ? "true" : "false");
  out += std::string(",\"isWindowTerminatedEarly\":") + (call.early ? "true" : "false");
  return out;
}

std::optional<Records::Window> window_state(const Lambda& service, const LanePlace& place,
                                            std::string_view answer) {
  auto open = service.records.window(place.uuid, place.shard, place.lane);
  if (!open) return std::nullopt;
  const auto parsed = wire::parse_json(answer);
  const Value* state = parsed ? parsed->find("state") : nullptr;
  if (state && !state->is_null()) open->state = wire::to_json(*state);
  return open;
}

Task<> process_windows(Lambda& service, LanePlace place, std::vector<StreamItem> items) {
  std::size_t from = 0;
  while (from < items.size()) {
    const Mapping* found = service.find_mapping(place.uuid);
    if (!found || length_of(*found) == 0) co_return;
    const std::int64_t start = start_of(*found, items[from].arrived);
    std::size_t to = from;
    while (to < items.size() && start_of(*found, items[to].arrived) == start) ++to;
    const auto open = service.records.window(place.uuid, place.shard, place.lane);
    if (open && open->starts != start) {
      Task<> finishing = finish(service, place, false);
      co_await std::move(finishing);
    }
    if (!open || open->starts != start)
      service.deps.store.atomically([&] {
        service.records.put_window(place.uuid, place.shard, place.lane, {start, "{}"});
      });
    std::vector<StreamItem> group(items.begin() + static_cast<std::ptrdiff_t>(from),
                                  items.begin() + static_cast<std::ptrdiff_t>(to));
    Task<> work = process_batch(service, place, std::move(group));
    co_await std::move(work);
    const auto now_open = service.records.window(place.uuid, place.shard, place.lane);
    if (now_open && now_open->state.size() > kMaxState) {
      Task<> finishing = finish(service, place, true);
      co_await std::move(finishing);
    }
    from = to;
  }
}

Task<std::optional<Time>> close_window(Lambda& service, LanePlace place) {
  std::optional<Time> next;
  const Mapping* found = service.find_mapping(place.uuid);
  const auto open = service.records.window(place.uuid, place.shard, place.lane);
  if (!found || !open) co_return next;
  const Time end = from_millis(open->starts + length_of(*found));
  if (service.deps.loop.now() < end) {
    next = end;
    co_return next;
  }
  Task<> finishing = finish(service, place, false);
  co_await std::move(finishing);
  co_return next;
}

}  // namespace puddle::lambda
