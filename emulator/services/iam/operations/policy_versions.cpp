// Versions of managed policies: at most five, one of them in force.
#include "services/iam/aws_managed.hpp"
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

struct Version {
  std::optional<std::string> document;
  std::string id;
  bool is_default = false;
  Time created;
  static Shape shape() {
    return {optional<&Version::document>("Document"), optional<&Version::id>("VersionId"),
            optional<&Version::is_default>("IsDefaultVersion"), optional<&Version::created>("CreateDate")};
  }
};
struct One {
  Version version;
};

Version describe(const ManagedPolicy& policy, const PolicyVersion& v) {
  return {{}, version_id(v.number), v.number == policy.default_version, v.created};
}
Version describe(const AwsManaged& policy) {
  return {{}, std::string(policy.version), true, from_millis(policy.updated * 1000)};
}

struct Create {
  std::string arn, document;
  bool as_default = false;
};

One create(Iam& iam, const Call& call, const Create& in) {
  check_arn(in.arn);
  ManagedPolicy& policy = iam.need_policy(in.arn);
  check_managed(in.document);
  if (policy.versions.size() >= kMaxVersions)
    throw kLimitExceeded(
        "A managed policy can have up to 5 versions. Before you create a new version, you must "
        "delete an existing version.");
  iam.add_version(policy, {policy.last_version + 1, in.document, call.now}, in.as_default, call.now);
  return {describe(policy, policy.versions.back())};
}

struct Ref {
  std::string arn, version;
};

AwsError no_version(const Ref& in) {
  return kNoSuchEntity("Policy " + in.arn + " version " + in.version +
                       " does not exist or is not attachable.");
}

const PolicyVersion& need_version(const ManagedPolicy& policy, const Ref& in) {
  for (const PolicyVersion& v : policy.versions)
    if (version_id(v.number) == in.version) return v;
  throw no_version(in);
}

One get(Iam& iam, const Call&, const Ref& in) {
  check_arn(in.arn);
  if (const AwsManaged* aws = find_aws_managed(in.arn)) {
    if (in.version != aws->version) throw no_version(in);
    One out{describe(*aws)};
    out.version.document = url_encode(aws->document);
    return out;
  }
  const ManagedPolicy& policy = iam.need_policy(in.arn);
  const PolicyVersion& version = need_version(policy, in);
  One out{describe(policy, version)};
  out.version.document = url_encode(version.document);
  return out;
}

Empty remove(Iam& iam, const Call&, const Ref& in) {
  check_arn(in.arn);
  ManagedPolicy& policy = iam.need_policy(in.arn);
  const PolicyVersion& version = need_version(policy, in);
  if (version.number == policy.default_version)
    throw kDeleteConflict("Cannot delete the default version of a policy.");
  iam.drop_version(policy, version.number);
  return {};
}

Empty set_default(Iam& iam, const Call& call, const Ref& in) {
  check_arn(in.arn);
  ManagedPolicy& policy = iam.need_policy(in.arn);
  iam.set_default(policy, need_version(policy, in).number, call.now);
  return {};
}

struct List : Paged {
  std::string arn;
};
struct Versions {
  std::vector<Version> versions;
  bool truncated = false;
  std::optional<std::string> marker;
};

Versions list(Iam& iam, const Call&, const List& in) {
  check_arn(in.arn);
  std::vector<Version> found;  // newest first
  if (const AwsManaged* aws = find_aws_managed(in.arn)) {
    found.push_back(describe(*aws));
  } else {
    const ManagedPolicy& policy = iam.need_policy(in.arn);
    for (auto v = policy.versions.rbegin(); v != policy.versions.rend(); ++v)
      found.push_back(describe(policy, *v));
  }
  std::vector<std::string> keys;
  for (const Version& v : found) keys.push_back(v.id);
  const Slice page = slice(keys, in.marker, in.max_items);
  Versions out;
  for (std::size_t i = page.begin; i < page.end; ++i) out.versions.push_back(std::move(found[i]));
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

template <class In>
std::string resource(Iam&, const Call&, const In& in) {
  return in.arn;
}

}  // namespace

Operation create_policy_version() {
  return operation<Iam, Create, One>({
      .name = "CreatePolicyVersion",
      .action = "iam:CreatePolicyVersion",
      .resource = resource<Create>,
      .input = {required<&Create::arn>("PolicyArn", arn_traits()),
                required<&Create::document>("PolicyDocument", document_traits()),
                optional<&Create::as_default>("SetAsDefault")},
      .output = {required<&One::version>("PolicyVersion")},
      .errors = {kNoSuchEntity, kMalformedPolicyDocument, kInvalidInput, kLimitExceeded},
      .handle = create,
  });
}

Operation get_policy_version() {
  return operation<Iam, Ref, One>({
      .name = "GetPolicyVersion",
      .action = "iam:GetPolicyVersion",
      .resource = resource<Ref>,
      .input = {required<&Ref::arn>("PolicyArn", arn_traits()),
                required<&Ref::version>("VersionId", version_traits())},
      .output = {required<&One::version>("PolicyVersion")},
      .errors = {kNoSuchEntity, kInvalidInput},
      .handle = get,
  });
}

Operation delete_policy_version() {
  return operation<Iam, Ref, Empty>({
      .name = "DeletePolicyVersion",
      .action = "iam:DeletePolicyVersion",
      .resource = resource<Ref>,
      .input = {required<&Ref::arn>("PolicyArn", arn_traits()),
                required<&Ref::version>("VersionId", version_traits())},
      .errors = {kNoSuchEntity, kInvalidInput, kDeleteConflict},
      .handle = remove,
  });
}

Operation set_default_policy_version() {
  return operation<Iam, Ref, Empty>({
      .name = "SetDefaultPolicyVersion",
      .action = "iam:SetDefaultPolicyVersion",
      .resource = resource<Ref>,
      .input = {required<&Ref::arn>("PolicyArn", arn_traits()),
                required<&Ref::version>("VersionId", version_traits())},
      .errors = {kNoSuchEntity, kInvalidInput},
      .handle = set_default,
  });
}

Operation list_policy_versions() {
  return operation<Iam, List, Versions>({
      .name = "ListPolicyVersions",
      .action = "iam:ListPolicyVersions",
      .resource = resource<List>,
      .input = {required<&List::arn>("PolicyArn", arn_traits()),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Versions::versions>("Versions"), required<&Versions::truncated>("IsTruncated"),
                 optional<&Versions::marker>("Marker")},
      .errors = {kNoSuchEntity, kInvalidInput, kValidationError},
      .handle = list,
  });
}

}  // namespace puddle::iam
