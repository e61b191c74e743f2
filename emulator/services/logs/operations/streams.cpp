// Log streams: create, delete, describe.
#include <algorithm>

#include "base/text.hpp"
#include "services/logs/logs.hpp"

namespace puddle::logs {
namespace {

struct Target {
  std::string group, stream;
  static Shape shape() {
    return {required<&Target::group>("logGroupName", {.min = 1, .max = 512, .pattern = kGroupPattern}),
            required<&Target::stream>("logStreamName", {.min = 1, .max = 512, .pattern = kStreamPattern})};
  }
};

Empty create(Logs& logs, const Call& call, const Target& in) {
  const Group group = logs.need(call, in.group);
  if (logs.records.stream(group.id, in.stream)) throw kExists("The specified log stream already exists");
  Stream stream;
  stream.group = group.id;
  stream.name = in.stream;
  stream.created = call.now;
  logs.records.add(stream);
  return {};
}

Empty remove(Logs& logs, const Call& call, const Target& in) {
  const Group group = logs.need(call, in.group);
  logs.records.remove(logs.need_stream(group, in.stream));
  return {};
}

struct ListInput {
  std::optional<std::string> group, identifier, prefix, order, token;
  std::optional<bool> descending;
  std::optional<int> limit;
};
struct StreamItem {
  std::string name, arn;
  std::int64_t created = 0, stored = 0;
  std::optional<std::int64_t> first, last, ingested;
  std::optional<std::string> token;
  static Shape shape() {
    return {required<&StreamItem::name>("logStreamName"),
            required<&StreamItem::created>("creationTime"),
            optional<&StreamItem::first>("firstEventTimestamp"),
            optional<&StreamItem::last>("lastEventTimestamp"),
            optional<&StreamItem::ingested>("lastIngestionTime"),
            optional<&StreamItem::token>("uploadSequenceToken"),
            required<&StreamItem::arn>("arn"),
            required<&StreamItem::stored>("storedBytes")};
  }
};
struct ListOutput {
  std::vector<StreamItem> streams;
  std::optional<std::string> next;
};

StreamItem describe(const Group& group, const Stream& s) {
  StreamItem out;
  out.name = s.name;
  out.arn = group_arn(group) + ":log-stream:" + s.name;
  out.created = to_millis(s.created);
  if (s.first) out.first = to_millis(*s.first);
  if (s.last) out.last = to_millis(*s.last);
  if (s.ingested) {
    out.ingested = to_millis(*s.ingested);
    out.token = std::string("49") + std::string(54 - std::to_string(*out.ingested).size(), '0') +
                std::to_string(*out.ingested);
  }
  return out;
}

ListOutput list(Logs& logs, const Call& call, const ListInput& in) {
  const bool by_time = in.order == "LastEventTime";
  if (by_time && in.prefix)
    throw kInvalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const Group group = logs.need(call, in.group, in.identifier);
  auto all = logs.records.streams(group.id, in.prefix.value_or(""));
  // Streams without events come before those with some.
  if (by_time)
    std::stable_sort(all.begin(), all.end(), [](const Stream& a, const Stream& b) {
      return a.last.value_or(Time{}) < b.last.value_or(Time{});
    });
  if (in.descending.value_or(false)) std::reverse(all.begin(), all.end());
  const auto from = in.token ? parse_int(*in.token) : std::optional<std::int64_t>(0);
  if (!from || *from < 0) throw kInvalidParameter("The specified nextToken is invalid.");
  const auto limit = static_cast<std::size_t>(in.limit.value_or(50));
  ListOutput out;
  std::size_t i = static_cast<std::size_t>(*from);
  for (; i < all.size() && out.streams.size() < limit; ++i) out.streams.push_back(describe(group, all[i]));
  if (i < all.size()) out.next = std::to_string(i);
  return out;
}

}  // namespace

std::vector<Operation> stream_operations() {
  std::vector<Operation> out;
  out.push_back(operation<Logs, Target, Empty>({
      .name = "CreateLogStream",
      .action = "logs:CreateLogStream",
      .resource = [](Logs&, const Call& c, const Target& in) { return resource_arn(c, in.group, in.stream); },
      .input = Target::shape(),
      .errors = {kInvalidParameter, kNotFound, kExists},
      .handle = create,
  }));
  out.push_back(operation<Logs, Target, Empty>({
      .name = "DeleteLogStream",
      .action = "logs:DeleteLogStream",
      .resource = [](Logs&, const Call& c, const Target& in) { return resource_arn(c, in.group, in.stream); },
      .input = Target::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = remove,
  }));
  out.push_back(operation<Logs, ListInput, ListOutput>({
      .name = "DescribeLogStreams",
      .action = "logs:DescribeLogStreams",
      .resource =
          [](Logs&, const Call& c, const ListInput& in) {
            return resource_arn(c, in.group ? *in.group : in.identifier.value_or(""));
          },
      .input = {optional<&ListInput::group>("logGroupName", {.min = 1, .max = 512, .pattern = kGroupPattern}),
                optional<&ListInput::identifier>("logGroupIdentifier", {.min = 1, .max = 2048}),
                optional<&ListInput::prefix>("logStreamNamePrefix",
                                             {.min = 1, .max = 512, .pattern = kStreamPattern}),
                optional<&ListInput::order>("orderBy", {.one_of = {"LogStreamName", "LastEventTime"}}),
                optional<&ListInput::descending>("descending"),
                optional<&ListInput::token>("nextToken", {.min = 1}),
                optional<&ListInput::limit>("limit", {.min = 1, .max = 50})},
      .output = {required<&ListOutput::streams>("logStreams"), optional<&ListOutput::next>("nextToken")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = list,
  }));
  return out;
}

}  // namespace puddle::logs
