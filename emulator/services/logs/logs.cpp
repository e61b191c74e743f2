#include "services/logs/logs.hpp"

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "embedded/logs/schema.sql.hpp"

namespace puddle::logs {
namespace {

constexpr Duration kSweep = std::chrono::hours(1);

/// Deletes what has expired, every hour while the group has a retention.
Task<JobResult> sweep(Logs& logs, Job job) {
  const auto id = parse_int(job.payload);
  const auto group = id ? logs.records.group(*id) : std::nullopt;
  if (!group || !group->retention) co_return JobResult::done();
  const Time now = logs.deps.loop.now();
  const std::int64_t gone =
      logs.deps.store.atomically([&] { return logs.records.expire(group->id, group->oldest(now)); });
  if (gone > 0)
    PUDDLE_LOG(debug, "logs", std::to_string(gone) + " events of " + group->name + " have expired");
  co_return JobResult::retry_at(now + kSweep);
}

}  // namespace

Logs::Logs(Deps d) : deps(d), records(d.store), operations_(make_operations()) {}

const wire::ServiceWire& Logs::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "logs";
    w.protocol = wire::Protocol::json_1_1;
    w.target_prefix = "Logs_20140328";
    w.api_version = "2014-03-28";
    return w;
  }();
  return description;
}

std::vector<Migration> Logs::migrations() const { return {{"logs", 1, std::string(embedded::kLogsSchema)}}; }

void Logs::load() {
  deps.jobs.handle(
      "logs.retention", [this](Job job) { return sweep(*this, std::move(job)); }, 1);
}

Group Logs::need(const Call& call, const std::optional<std::string>& name,
                 const std::optional<std::string>& identifier) const {
  if (name && identifier)
    throw kInvalidParameter("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  if (!name && !identifier) throw kInvalidParameter("Either logGroupName or logGroupIdentifier is required.");
  std::string account = call.account, region = call.region, wanted = name ? *name : *identifier;
  if (const auto arn = Arn::parse(wanted); arn && arn->service == "logs") {
    account = arn->account;
    region = arn->region;
    if (!arn->resource.starts_with("log-group:") || arn->resource.ends_with("*"))
      throw kInvalidParameter("Invalid log group ARN: " + wanted);
    wanted = arn->resource.substr(10);
  }
  auto found = records.group(account, region, wanted);
  if (!found) throw kNotFound("The specified log group does not exist.");
  return std::move(*found);
}

Stream Logs::need_stream(const Group& group, const std::string& name) const {
  auto found = records.stream(group.id, name);
  if (!found) throw kNotFound("The specified log stream does not exist.");
  return std::move(*found);
}

void Logs::set_retention(Group group, std::optional<int> days, Time now) {
  group.retention = days;
  records.put(group);
  const std::string id = std::to_string(group.id);
  deps.jobs.cancel("logs.retention", id);
  if (days) deps.jobs.add("logs.retention", now, id, id);
}

std::string group_arn(const Group& g) { return make_arn("logs", g.region, g.account, "log-group:" + g.name); }

std::string resource_arn(const Call& call, std::string_view group, std::string_view stream) {
  const auto arn = Arn::parse(group);
  if (arn && arn->service == "logs") return std::string(group) + ":log-stream:" + std::string(stream);
  return make_arn("logs", call.region, call.account,
                  "log-group:" + std::string(group) + ":log-stream:" + std::string(stream));
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Logs>(deps); }

}  // namespace puddle::logs
