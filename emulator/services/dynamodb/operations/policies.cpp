// PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy: of tables and streams. The authoriser reads
// them through Service::resource_policy().
#include "services/dynamodb/operations/policies.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::size_t kMostBytes = 20 * 1024;
constexpr const char* kNotFoundPrefix = "Resource-based policy not found for the provided ResourceArn: ";

/// A table or one of its streams.
struct Target {
  Table* table = nullptr;
  std::optional<ChangeFeed::Stream> stream;
  std::string name;
  std::string policy, revision;
};

Target target_of(DynamoDb& db, const Call& call, const std::string& resource) {
  const auto arn = Arn::parse(resource);
  if (!arn || arn->service != "dynamodb" || !arn->resource.starts_with("table/"))
    throw kValidation("Invalid ResourceArn: Invalid ResourceArn provided as input " + resource);
  Target out;
  if (arn->resource.find("/stream/") != std::string::npos) {
    out.stream = db.feed.find(resource);
    if (!out.stream)
      throw kResourceNotFound("Requested resource not found: Stream: " + resource + " not found");
    out.name = resource;
    out.policy = out.stream->policy;
    out.revision = out.stream->policy_revision;
    return out;
  }
  Table& t = db.require(call, resource);
  out.table = &t;
  out.name = t.name;
  out.policy = t.settings.policy;
  out.revision = t.settings.policy_revision;
  return out;
}

/// Revisions are growing numbers: milliseconds, and one more where that is not enough.
std::string next_revision(const std::string& last, std::int64_t& last_at, Time now) {
  last_at = std::max(last_at + 1, to_millis(now));
  const std::string next = std::to_string(last_at);
  return next == last ? std::to_string(++last_at) : next;
}

void store(DynamoDb& db, Target& target, const std::string& policy, Time now) {
  if (target.table) {
    TableSettings settings = target.table->settings;
    set_policy(settings, policy, now);
    target.revision = settings.policy_revision;
    db.control.put_settings(target.table->id, settings);
    target.table->settings = std::move(settings);
    return;
  }
  if (policy.empty())
    target.revision.clear();
  else if (policy != target.policy) {
    std::int64_t at = target.revision.empty() ? 0 : std::stoll(target.revision);
    target.revision = next_revision(target.revision, at, now);
  }
  db.feed.set_policy(target.stream->arn, policy, target.revision);
}

void check_revision(const Target& target, const std::optional<std::string>& expected) {
  if (!expected) return;
  if (*expected == "NO_POLICY") {
    if (target.policy.empty()) return;
    throw kPolicyNotFound(kNotFoundPrefix +
                          ("Requested policy update expecting none to be present for table " + target.name +
                           ", but a policy exists with revision id " + target.revision + "."));
  }
  if (target.policy.empty())
    throw kPolicyNotFound(kNotFoundPrefix +
                          ("Requested update for policy with revision id " + *expected +
                           ", but no policy is associated to target table " + target.name + "."));
  if (*expected != target.revision)
    throw kPolicyNotFound(kNotFoundPrefix + ("Requested update for policy with revision id " + *expected +
                                             ", but the policy associated to target table " + target.name +
                                             " has revision id " + target.revision + "."));
}

struct PutInput {
  std::string resource, policy;
  std::optional<std::string> expected;
  std::optional<bool> confirm;
};
struct RevisionOutput {
  std::optional<std::string> revision;
};

RevisionOutput put(DynamoDb& db, const Call& call, const PutInput& in) {
  check_policy(in.policy);
  Target target = target_of(db, call, in.resource);
  check_revision(target, in.expected);
  store(db, target, in.policy, call.now);
  return {.revision = target.revision};
}

struct GetInput {
  std::string resource;
};
struct GetOutput {
  std::string policy, revision;
};

GetOutput get(DynamoDb& db, const Call& call, const GetInput& in) {
  const Target target = target_of(db, call, in.resource);
  if (target.policy.empty()) throw kPolicyNotFound(kNotFoundPrefix + in.resource);
  return {.policy = target.policy, .revision = target.revision};
}

struct DeleteInput {
  std::string resource;
  std::optional<std::string> expected;
};

RevisionOutput remove(DynamoDb& db, const Call& call, const DeleteInput& in) {
  Target target = target_of(db, call, in.resource);
  if (in.expected) check_revision(target, in.expected);
  if (target.policy.empty()) return {};  // deleting what is not there is no error
  const std::string revision = target.revision;
  store(db, target, "", call.now);
  return {.revision = revision};
}

const wire::Traits kResource{.min = 1, .max = 1283};
const wire::Traits kRevision{.min = 1, .max = 255};

}  // namespace

void check_policy(const std::string& document) {
  if (document.size() > kMostBytes)
    throw kValidation("Policy document exceeds the maximum size of 20480 bytes");
  const auto parsed = wire::parse_json(document);
  const Value* statement = parsed && parsed->is_map() ? parsed->find("Statement") : nullptr;
  if (!statement || !(statement->is_list() || statement->is_map()))
    throw kValidation("Syntax errors in policy: not a policy document");
}

void set_policy(TableSettings& settings, const std::string& document, Time now) {
  if (document == settings.policy) return;
  settings.policy = document;
  settings.policy_revision =
      document.empty() ? "" : next_revision(settings.policy_revision, settings.policy_at, now);
}

Operation put_resource_policy() {
  return operation<DynamoDb, PutInput, RevisionOutput>({
      .name = "PutResourcePolicy",
      .action = "dynamodb:PutResourcePolicy",
      .resource = [](DynamoDb&, const Call&, const PutInput& in) { return in.resource; },
      .input = {required<&PutInput::resource>("ResourceArn", kResource),
                required<&PutInput::policy>("Policy"),
                optional<&PutInput::expected>("ExpectedRevisionId", kRevision),
                optional<&PutInput::confirm>("ConfirmRemoveSelfResourceAccess")},
      .output = {optional<&RevisionOutput::revision>("RevisionId")},
      .errors = {kResourceNotFound, kPolicyNotFound, kResourceInUse, kLimitExceeded},
      .handle = put,
  });
}

Operation get_resource_policy() {
  return operation<DynamoDb, GetInput, GetOutput>({
      .name = "GetResourcePolicy",
      .action = "dynamodb:GetResourcePolicy",
      .resource = [](DynamoDb&, const Call&, const GetInput& in) { return in.resource; },
      .input = {required<&GetInput::resource>("ResourceArn", kResource)},
      .output = {optional<&GetOutput::policy>("Policy"), optional<&GetOutput::revision>("RevisionId")},
      .errors = {kResourceNotFound, kPolicyNotFound},
      .handle = get,
  });
}

Operation delete_resource_policy() {
  return operation<DynamoDb, DeleteInput, RevisionOutput>({
      .name = "DeleteResourcePolicy",
      .action = "dynamodb:DeleteResourcePolicy",
      .resource = [](DynamoDb&, const Call&, const DeleteInput& in) { return in.resource; },
      .input = {required<&DeleteInput::resource>("ResourceArn", kResource),
                optional<&DeleteInput::expected>("ExpectedRevisionId", kRevision)},
      .output = {optional<&RevisionOutput::revision>("RevisionId")},
      .errors = {kResourceNotFound, kPolicyNotFound, kResourceInUse, kLimitExceeded},
      .handle = remove,
  });
}

}  // namespace puddle::dynamodb
