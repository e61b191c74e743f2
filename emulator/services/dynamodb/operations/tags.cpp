// TagResource, UntagResource, ListTagsOfResource: of tables.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_checks.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::size_t kMostTags = 50, kPage = 10;

Table& tagged(DynamoDb& db, const Call& call, const std::string& resource, bool to_tag) {
  const auto arn = Arn::parse(resource);
  if (!arn || arn->service != "dynamodb" || !arn->resource.starts_with("table/") ||
      arn->resource.find('/', 6) != std::string::npos)
    throw kValidation("Invalid TableArn: Invalid ResourceArn provided as input " + resource);
  if (arn->account != call.account)
    throw kAccessDenied("User: " + call.principal.arn +
                        " is not authorized to perform this operation on resource: " + resource);
  Table* t = db.find(call, resource);
  if (!t)
    throw kResourceNotFound(to_tag ? "Requested resource not found: ResourcArn: " + resource + " not found"
                                   : "Requested resource not found");
  return *t;
}

void save(DynamoDb& db, Table& t, TableSettings settings) {
  db.control.put_settings(t.id, settings);
  t.settings = std::move(settings);
}

struct TagInput {
  std::string resource;
  std::vector<Tag> tags;
};

Empty tag(DynamoDb& db, const Call& call, const TagInput& in) {
  if (in.tags.empty()) throw kValidation("Atleast one Tag needs to be provided as Input.");
  Table& t = tagged(db, call, in.resource, true);
  check_tags(in.tags);
  TableSettings settings = t.settings;
  for (const Tag& given : in.tags) settings.tags.insert_or_assign(given.key, given.value);
  if (settings.tags.size() > kMostTags)
    throw kValidation("One or more parameter values were invalid: Too many tags: at most 50 are allowed");
  save(db, t, std::move(settings));
  return {};
}

struct UntagInput {
  std::string resource;
  std::vector<std::string> keys;
};

Empty untag(DynamoDb& db, const Call& call, const UntagInput& in) {
  if (in.keys.empty()) throw kValidation("Atleast one Tag Key needs to be provided as Input.");
  Table& t = tagged(db, call, in.resource, false);
  TableSettings settings = t.settings;
  for (const std::string& key : in.keys) settings.tags.erase(key);
  save(db, t, std::move(settings));
  return {};
}

struct ListInput {
  std::string resource;
  std::optional<std::string> token;
};
struct ListOutput {
  std::vector<Tag> tags;
  std::optional<std::string> next;
};

ListOutput list(DynamoDb& db, const Call& call, const ListInput& in) {
  const Table& t = tagged(db, call, in.resource, false);
  const std::string after = in.token ? from_base64(*in.token).value_or("") : "";
  if (in.token && after.empty()) throw kValidation("Invalid NextToken");
  ListOutput out;
  for (auto it = t.settings.tags.upper_bound(after); it != t.settings.tags.end(); ++it) {
    if (out.tags.size() == kPage) {
      out.next = base64(out.tags.back().key);
      break;
    }
    out.tags.push_back({it->first, it->second});
  }
  return out;
}

const wire::Traits kResource{.min = 1, .max = 1283};

template <class In>
std::string resource_of(DynamoDb&, const Call&, const In& in) {
  return in.resource;
}

}  // namespace

Operation tag_resource() {
  return operation<DynamoDb, TagInput, Empty>({
      .name = "TagResource",
      .action = "dynamodb:TagResource",
      .resource = resource_of<TagInput>,
      .input = {required<&TagInput::resource>("ResourceArn", kResource), required<&TagInput::tags>("Tags")},
      .errors = {kResourceNotFound, kResourceInUse, kLimitExceeded, kAccessDenied},
      .handle = tag,
  });
}

Operation untag_resource() {
  return operation<DynamoDb, UntagInput, Empty>({
      .name = "UntagResource",
      .action = "dynamodb:UntagResource",
      .resource = resource_of<UntagInput>,
      .input = {required<&UntagInput::resource>("ResourceArn", kResource),
                required<&UntagInput::keys>("TagKeys", {.each = {{.min = 1, .max = 128}}})},
      .errors = {kResourceNotFound, kResourceInUse, kLimitExceeded, kAccessDenied},
      .handle = untag,
  });
}

Operation list_tags_of_resource() {
  return operation<DynamoDb, ListInput, ListOutput>({
      .name = "ListTagsOfResource",
      .action = "dynamodb:ListTagsOfResource",
      .resource = resource_of<ListInput>,
      .input = {required<&ListInput::resource>("ResourceArn", kResource),
                optional<&ListInput::token>("NextToken")},
      .output = {required<&ListOutput::tags>("Tags"), optional<&ListOutput::next>("NextToken")},
      .errors = {kResourceNotFound, kAccessDenied},
      .handle = list,
  });
}

}  // namespace puddle::dynamodb
