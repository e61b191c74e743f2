// TagResource, UntagResource, ListTags: tags of functions.
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

Function& function_of(Lambda& service, const std::string& arn) {
  if (Function* f = service.find_arn(arn)) return *f;
  throw user_error(kNotFound, "Function not found: " + arn);
}

Empty tag(Lambda& service, const Call&, const Input& in) {
  Function next = function_of(service, in.name);
  for (const auto& [key, value] : in.tags) next.tags[key] = value;
  if (next.tags.size() > kMaxTags)
    throw user_error(kInvalidParameter, "Number of tags exceeds resource tag limit.");
  service.save(std::move(next));
  return {};
}

Empty untag(Lambda& service, const Call&, const Input& in) {
  Function next = function_of(service, in.name);
  for (const std::string& key : in.keys) next.tags.erase(key);
  service.save(std::move(next));
  return {};
}

Output list(Lambda& service, const Call&, const Input& in) { return {function_of(service, in.name).tags}; }

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
