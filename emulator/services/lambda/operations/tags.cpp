// TagResource, UntagResource, ListTags: tags of functions and event source mappings.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

constexpr std::size_t kMaxTags = 50;

struct Input {
  std::string name;  // an ARN
  std::map<std::string, std::string> tags;
  std::vector<std::string> keys;
};
struct Output {
  std::map<std::string, std::string> tags;
};

/// Tags of a function or of an event source mapping, whichever the ARN names.
struct Tagged {
  FunctionFamily* family = nullptr;
  Mapping* mapping = nullptr;
  const std::map<std::string, std::string>& tags() const { return family ? family->tags : mapping->tags; }
};

Tagged tagged(Lambda& service, const Call& call, const std::string& arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed || parsed->service != "lambda")
    throw AwsError(
        "ValidationException",
        "1 validation error detected: Value '" + arn +
            "' at 'resource' failed to satisfy constraint: Member must satisfy regular expression "
            "pattern: "
            "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:("
            "function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-"
            "config:csc-[a-z0-9]{17}|event-source-mapping:[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}"
            "-[a-f0-9]{12}|capacity-provider:[a-zA-Z0-9-_]+)");
  if (const auto mapping = cut(arn, ":event-source-mapping:")) {
    if (Mapping* m = service.find_mapping(mapping->second);
        m && m->account == call.account && m->region == call.region)
      return {nullptr, m};
    throw user_error(kNotFound, "Event source mapping not found: " + arn);
  }
  if (split(arn, ':').size() > 7)
    throw user_error(
        kInvalidParameter,
        "Tags on function aliases and versions are not supported. Please specify a function ARN.");
  return {service.need(call, arn).family, nullptr};
}

void store(Lambda& service, const Tagged& to, std::map<std::string, std::string> tags) {
  if (tags.size() > kMaxTags)
    throw user_error(kInvalidParameter, "Number of tags exceeds resource tag limit.");
  if (to.family) {
    FunctionSettings next = *to.family;
    next.tags = std::move(tags);
    return service.save(*to.family, std::move(next));
  }
  Mapping next = *to.mapping;
  next.tags = std::move(tags);
  service.note(std::move(next));
}

Empty tag(Lambda& service, const Call& call, const Input& in) {
  if (in.tags.empty())
    throw user_error(kInvalidParameter, "An error occurred and the request cannot be processed.");
  const Tagged to = tagged(service, call, in.name);
  std::map<std::string, std::string> tags = to.tags();
  for (const auto& [key, value] : in.tags) tags[key] = value;
  store(service, to, std::move(tags));
  return {};
}

Empty untag(Lambda& service, const Call& call, const Input& in) {
  const Tagged to = tagged(service, call, in.name);
  std::map<std::string, std::string> tags = to.tags();
  for (const std::string& key : in.keys) tags.erase(key);
  store(service, to, std::move(tags));
  return {};
}

Output list(Lambda& service, const Call& call, const Input& in) {
  return {tagged(service, call, in.name).tags()};
}

std::string resource(Lambda&, const Call&, const Input& in) { return in.name; }

}  // namespace

std::vector<Operation> tag_operations() {
  const wire::Traits where{.min = 1, .max = 256, .at = wire::Location::uri, .at_name = "ARN"};
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, Empty>({
      .name = "TagResource",
      .action = "lambda:TagResource",
      .resource = resource,
      .http = {"POST", "/2017-03-31/tags/{ARN}", 204},
      .input = {required<&Input::name>("Resource", where), required<&Input::tags>("Tags")},
      .errors = {kNotFound, kInvalidParameter},
      .handle = tag,
  }));
  out.push_back(operation<Lambda, Input, Empty>({
      .name = "UntagResource",
      .action = "lambda:UntagResource",
      .resource = resource,
      .http = {"DELETE", "/2017-03-31/tags/{ARN}", 204},
      .input = {required<&Input::name>("Resource", where),
                required<&Input::keys>("TagKeys",
                                       {.at = wire::Location::query_string, .at_name = "tagKeys"})},
      .errors = {kNotFound, kInvalidParameter},
      .handle = untag,
  }));
  out.push_back(operation<Lambda, Input, Output>({
      .name = "ListTags",
      .action = "lambda:ListTags",
      .resource = resource,
      .http = {"GET", "/2017-03-31/tags/{ARN}"},
      .input = {required<&Input::name>("Resource", where)},
      .output = {required<&Output::tags>("Tags")},
      .errors = {kNotFound, kInvalidParameter},
      .handle = list,
  }));
  return out;
}

}  // namespace puddle::lambda
