// CloudFormation: AWS::Logs::LogGroup.
#include "aws/resource_call.hpp"
#include "base/text.hpp"
#include "services/logs/logs.hpp"

namespace puddle::logs {
namespace {

using wire::Map;

Task<ResourceResult> create_group_resource(ResourceRequest r) {
  const std::string_view given = r.properties.text_or("LogGroupName");
  ResourceResult out;
  out.physical_id = given.empty() ? r.name_suffix : std::string(given);
  Map input{{"logGroupName", Value(out.physical_id)}};
  Map tags;
  if (const Value* list = r.properties.find("Tags"))
    for (const Value& tag : list->list()) tags[tag.text_or("Key")] = Value(tag.text_or("Value"));
  if (!tags.empty()) input.add("tags", std::move(tags));
  ClientCall create = resource_call(r, "logs", "CreateLogGroup", std::move(input));
  Task<Value> creating = r.client->call(std::move(create));
  co_await std::move(creating);
  if (const Value* days = r.properties.find("RetentionInDays")) {
    const Value number = days->is_text() ? Value(parse_int(days->text()).value_or(0)) : *days;
    Map retention{{"logGroupName", Value(out.physical_id)}, {"retentionInDays", number}};
    ClientCall put = resource_call(r, "logs", "PutRetentionPolicy", std::move(retention));
    Task<Value> putting = r.client->call(std::move(put));
    co_await std::move(putting);
  }
  Group named;
  named.account = r.account;
  named.region = r.region;
  named.name = out.physical_id;
  out.attributes.add("Arn", group_arn(named) + ":*");
  co_return std::move(out);
}

Task<void> remove_group_resource(ResourceRequest r) {
  try {
    Map input{{"logGroupName", Value(r.physical_id)}};
    ClientCall call = resource_call(r, "logs", "DeleteLogGroup", std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kNotFound.code) throw;
  }
}

}  // namespace

std::vector<ResourceType> Logs::resource_types() const {
  ResourceType group{"AWS::Logs::LogGroup",
                     {"LogGroupName", "RetentionInDays", "Tags"},
                     {},
                     create_group_resource,
                     remove_group_resource};
  return {std::move(group)};
}

}  // namespace puddle::logs
