// TagResource, UntagResource, ListTagsForResource: tags of log groups.
#include "services/logs/logs.hpp"

namespace puddle::logs {
namespace {

struct Input {
  std::string arn;
  std::map<std::string, std::string> tags;
  std::vector<std::string> keys;
};
struct Output {
  std::map<std::string, std::string> tags;
};

/// The ARN of a group, with or without the ":*" that DescribeLogGroups shows.
Group group_of(const Logs& logs, const Call& call, std::string arn) {
  if (!arn.starts_with("arn:")) throw kInvalidParameter("Invalid resource ARN: " + arn);
  if (arn.ends_with(":*")) arn.resize(arn.size() - 2);
  return logs.need(call, std::nullopt, arn);
}

Empty tag(Logs& logs, const Call& call, const Input& in) {
  Group group = group_of(logs, call, in.arn);
  for (const auto& [key, value] : in.tags) group.tags[key] = value;
  if (group.tags.size() > kMaxTags) throw kTooManyTags("A resource can have no more than 50 tags.");
  logs.records.put(group);
  return {};
}

Empty untag(Logs& logs, const Call& call, const Input& in) {
  Group group = group_of(logs, call, in.arn);
  for (const std::string& key : in.keys) group.tags.erase(key);
  logs.records.put(group);
  return {};
}

Output list(Logs& logs, const Call& call, const Input& in) { return {group_of(logs, call, in.arn).tags}; }
std::string resource(Logs&, const Call&, const Input& in) { return in.arn; }

}  // namespace

std::vector<Operation> tag_operations() {
  const wire::Traits arn{.min = 1, .max = 1011};
  std::vector<Operation> out;
  out.push_back(operation<Logs, Input, Empty>({
      .name = "TagResource",
      .action = "logs:TagResource",
      .resource = resource,
      .input = {required<&Input::arn>("resourceArn", arn),
                required<&Input::tags>("tags", {.min = 1, .max = 50})},
      .errors = {kInvalidParameter, kNotFound, kTooManyTags},
      .handle = tag,
  }));
  out.push_back(operation<Logs, Input, Empty>({
      .name = "UntagResource",
      .action = "logs:UntagResource",
      .resource = resource,
      .input = {required<&Input::arn>("resourceArn", arn),
                required<&Input::keys>("tagKeys", {.min = 0, .max = 50})},
      .errors = {kInvalidParameter, kNotFound},
      .handle = untag,
  }));
  out.push_back(operation<Logs, Input, Output>({
      .name = "ListTagsForResource",
      .action = "logs:ListTagsForResource",
      .resource = resource,
      .input = {required<&Input::arn>("resourceArn", arn)},
      .output = {required<&Output::tags>("tags")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = list,
  }));
  return out;
}

}  // namespace puddle::logs
