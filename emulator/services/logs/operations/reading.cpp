// GetLogEvents and FilterLogEvents (without patterns).
#include <algorithm>
#include <limits>
#include <set>

#include "base/text.hpp"
#include "services/logs/logs.hpp"

namespace puddle::logs {
namespace {

std::string padded(std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - digits.size(), '0') + digits;
}
/// 56 digits: the place of an event.
std::string digits_of(Position p) { return padded(p.timestamp, 28) + padded(p.sequence, 28); }
std::optional<Position> position_of(std::string_view digits) {
  if (digits.size() != 56) return std::nullopt;
  const auto timestamp = parse_int(digits.substr(0, 28)), sequence = parse_int(digits.substr(28));
  if (!timestamp || !sequence) return std::nullopt;
  return Position{*timestamp, *sequence};
}

constexpr Time kEnd = Time(Duration(std::numeric_limits<std::int64_t>::max() / 4));

/// A page is at most a mebibyte, but never empty for a long event.
template <class Keep>
std::vector<StoredEvent> bounded(std::vector<StoredEvent> events, Keep keep_first) {
  std::size_t bytes = 0, n = 0;
  const auto size_at = [&](std::size_t i) {
    return (keep_first() ? events[i] : events[events.size() - 1 - i]).message.size() + kEventOverhead;
  };
  while (n < events.size() && (n == 0 || bytes + size_at(n) <= kMaxPageBytes)) bytes += size_at(n++);
  if (keep_first())
    events.resize(n);
  else
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(n));
  return events;
}

struct GetInput {
  std::optional<std::string> group, identifier, token;
  std::string stream;
  std::optional<std::int64_t> start, end;
  std::optional<int> limit;
  std::optional<bool> from_head, unmask;
};
struct OutputEvent {
  std::int64_t timestamp = 0, ingested = 0;
  std::string message;
  static Shape shape() {
    return {required<&OutputEvent::timestamp>("timestamp"), required<&OutputEvent::message>("message"),
            required<&OutputEvent::ingested>("ingestionTime")};
  }
};
struct GetOutput {
  std::vector<OutputEvent> events;
  std::string forward, backward;
};

GetOutput get(Logs& logs, const Call& call, const GetInput& in) {
  const Group group = logs.need(call, in.group, in.identifier);
  const Stream stream = logs.need_stream(group, in.stream);
  const auto limit = static_cast<std::size_t>(in.limit.value_or(10'000));
  const Time from = std::max(from_millis(in.start.value_or(0)), group.oldest(call.now));
  const Time until = in.end ? from_millis(*in.end) : kEnd;
  bool ahead = in.from_head.value_or(false);
  std::optional<Position> at;
  if (in.token) {
    const bool legal = (in.token->starts_with("f/") || in.token->starts_with("b/")) &&
                       in.token->ends_with("/s") && in.token->size() == 60;
    at = legal ? position_of(std::string_view(*in.token).substr(2, 56)) : std::nullopt;
    if (!at) throw kInvalidParameter("The specified nextToken is invalid.");
    ahead = in.token->front() == 'f';
  }
  auto events = ahead ? logs.records.forward(stream.id, from, until, at, limit)
                      : logs.records.backward(stream.id, from, until, at, limit);
  events = bounded(std::move(events), [ahead] { return ahead; });
  GetOutput out;
  for (StoredEvent& e : events)
    out.events.push_back({e.at.timestamp, to_millis(e.ingested), std::move(e.message)});
  // An empty page answers with the place that was asked for, so that the same token comes back at the end.
  const Position here = at.value_or(Position{to_millis(call.now), 0});
  const Position first = events.empty() ? here : events.front().at,
                 last = events.empty() ? here : events.back().at;
  out.forward = "f/" + digits_of(last) + "/s";
  out.backward = "b/" + digits_of(first) + "/s";
  return out;
}

struct FilterInput {
  std::optional<std::string> group, identifier, prefix, pattern, token;
  std::vector<std::string> streams;
  std::optional<std::int64_t> start, end;
  std::optional<int> limit;
  std::optional<bool> interleaved, unmask;
};
struct FilteredEvent {
  std::string stream, message, id;
  std::int64_t timestamp = 0, ingested = 0;
  static Shape shape() {
    return {required<&FilteredEvent::stream>("logStreamName"),
            required<&FilteredEvent::timestamp>("timestamp"), required<&FilteredEvent::message>("message"),
            required<&FilteredEvent::ingested>("ingestionTime"), required<&FilteredEvent::id>("eventId")};
  }
};
struct FilterOutput {
  std::vector<FilteredEvent> events;
  std::vector<Value> searched;
  std::optional<std::string> next;
};

FilterOutput filter(Logs& logs, const Call& call, const FilterInput& in) {
  if (!trim(in.pattern.value_or("")).empty())
    throw kInvalidParameter("The parameter filterPattern is not supported by Puddle yet.");
  if (!in.streams.empty() && in.prefix)
    throw kInvalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
  const Group group = logs.need(call, in.group, in.identifier);
  for (const std::string& name : in.streams) logs.need_stream(group, name);
  const auto limit = static_cast<std::size_t>(in.limit.value_or(10'000));
  const Time from = std::max(from_millis(in.start.value_or(0)), group.oldest(call.now));
  const Time until = in.end ? from_millis(*in.end + 1) : kEnd;
  const auto after = in.token ? position_of(*in.token) : std::nullopt;
  if (in.token && !after) throw kInvalidParameter("The specified nextToken is invalid.");
  const std::set<std::string> names(in.streams.begin(), in.streams.end());
  const auto wanted = [&](const std::string& stream) {
    return names.empty() ? stream.starts_with(in.prefix.value_or("")) : names.contains(stream);
  };
  auto events = logs.records.search(group.id, wanted, from, until, after, limit + 1);
  const std::size_t found = events.size();
  events = bounded(std::move(events), [] { return true; });
  if (events.size() > limit) events.resize(limit);
  FilterOutput out;
  if (events.size() < found) out.next = digits_of(events.back().at);
  for (StoredEvent& e : events) {
    FilteredEvent& item = out.events.emplace_back();
    item.id = digits_of(e.at);
    item.stream = std::move(e.stream);
    item.message = std::move(e.message);
    item.timestamp = e.at.timestamp;
    item.ingested = to_millis(e.ingested);
  }
  return out;
}

}  // namespace

std::vector<Operation> reading_operations() {
  std::vector<Operation> out;
  out.push_back(operation<Logs, GetInput, GetOutput>({
      .name = "GetLogEvents",
      .action = "logs:GetLogEvents",
      .resource =
          [](Logs&, const Call& c, const GetInput& in) {
            return resource_arn(c, in.group ? *in.group : in.identifier.value_or(""), in.stream);
          },
      .input = {optional<&GetInput::group>("logGroupName", {.min = 1, .max = 512, .pattern = kGroupPattern}),
                optional<&GetInput::identifier>("logGroupIdentifier", {.min = 1, .max = 2048}),
                required<&GetInput::stream>("logStreamName",
                                            {.min = 1, .max = 512, .pattern = kStreamPattern}),
                optional<&GetInput::start>("startTime", {.min = 0}),
                optional<&GetInput::end>("endTime", {.min = 0}),
                optional<&GetInput::token>("nextToken", {.min = 1}),
                optional<&GetInput::limit>("limit", {.min = 1, .max = 10000}),
                optional<&GetInput::from_head>("startFromHead"), optional<&GetInput::unmask>("unmask")},
      .output = {required<&GetOutput::events>("events"), required<&GetOutput::forward>("nextForwardToken"),
                 required<&GetOutput::backward>("nextBackwardToken")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = get,
  }));
  out.push_back(operation<Logs, FilterInput, FilterOutput>({
      .name = "FilterLogEvents",
      .action = "logs:FilterLogEvents",
      .resource =
          [](Logs&, const Call& c, const FilterInput& in) {
            return resource_arn(c, in.group ? *in.group : in.identifier.value_or(""));
          },
      .input = {optional<&FilterInput::group>("logGroupName",
                                              {.min = 1, .max = 512, .pattern = kGroupPattern}),
                optional<&FilterInput::identifier>("logGroupIdentifier", {.min = 1, .max = 2048}),
                optional<&FilterInput::streams>("logStreamNames", {.min = 1, .max = 100}),
                optional<&FilterInput::prefix>("logStreamNamePrefix",
                                               {.min = 1, .max = 512, .pattern = kStreamPattern}),
                optional<&FilterInput::start>("startTime", {.min = 0}),
                optional<&FilterInput::end>("endTime", {.min = 0}),
                optional<&FilterInput::pattern>("filterPattern", {.min = 0, .max = 1024}),
                optional<&FilterInput::token>("nextToken", {.min = 1}),
                optional<&FilterInput::limit>("limit", {.min = 1, .max = 10000}),
                optional<&FilterInput::interleaved>("interleaved"), optional<&FilterInput::unmask>("unmask")},
      .output = {required<&FilterOutput::events>("events"),
                 required<&FilterOutput::searched>("searchedLogStreams"),
                 optional<&FilterOutput::next>("nextToken")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = filter,
  }));
  return out;
}

}  // namespace puddle::logs
