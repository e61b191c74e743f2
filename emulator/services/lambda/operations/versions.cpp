// PublishVersion, ListVersionsByFunction.
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct PublishInput {
  std::string name;
  std::optional<std::string> sha, description, revision, publish_to;
};

Configuration publish(Lambda& service, const Call& call, const PublishInput& in) {
  refuse_given(in.publish_to.has_value(), "PublishTo");
  FunctionFamily& family = need_family(service, call, in.name);
  check_quiet(family);
  const Configuration& now = family.latest.config;
  check_revision(now.revision, in.revision);
  if (in.sha && !in.sha->empty() && *in.sha != now.code_sha256)
    throw user_error(kInvalidParameter,
                     "CodeSHA256 (" + *in.sha + ") is different from current CodeSHA256 in $LATEST (" +
                         now.code_sha256 + "). Please try again with the CodeSHA256 in $LATEST.");
  return service.publish(family, in.description).config;
}

Task<Configuration> publish_when_quiet(Lambda& service, const Call& call, PublishInput in) {
  return when_quiet(publish, service, call, std::move(in));
}

struct ListInput {
  std::string name;
  std::optional<std::string> marker;
  std::optional<int> limit;
};
struct ListOutput {
  std::optional<std::string> next;
  std::vector<Configuration> versions;
};

ListOutput list(Lambda& service, const Call& call, const ListInput& in) {
  const FunctionFamily& family = need_family(service, call, in.name);
  std::vector<Configuration> all{listed(family.latest.config)};
  all[0].arn += ":$LATEST";
  for (const auto& [number, version] : family.versions) all.push_back(listed(version.config));
  ListOutput out;
  std::tie(out.versions, out.next) = page_of(all, in);
  return out;
}

}  // namespace

std::vector<Operation> version_operations() {
  std::vector<Operation> out;
  out.push_back(operation<Lambda, PublishInput, Configuration>({
      .name = "PublishVersion",
      .action = "lambda:PublishVersion",
      .resource = function_resource<PublishInput>,
      .http = {"POST", "/2015-03-31/functions/{FunctionName}/versions", 201},
      .input = {required<&PublishInput::name>("FunctionName", plain_name_in_path()),
                optional<&PublishInput::sha>("CodeSha256"),
                optional<&PublishInput::description>("Description", {.min = 0, .max = 256}),
                optional<&PublishInput::revision>("RevisionId"),
                optional<&PublishInput::publish_to>("PublishTo", {.one_of = {"LATEST_PUBLISHED"}})},
      .output = Configuration::shape(),
      .errors = {kInvalidParameter, kNotFound, kConflict, kPreconditionFailed, kServiceException},
      .wait = publish_when_quiet,
  }));
  out.push_back(operation<Lambda, ListInput, ListOutput>({
      .name = "ListVersionsByFunction",
      .action = "lambda:ListVersionsByFunction",
      .resource = function_resource<ListInput>,
      .http = {"GET", "/2015-03-31/functions/{FunctionName}/versions"},
      .input = paged<ListInput>({required<&ListInput::name>("FunctionName", name_in_path())}, 10000),
      .output = {optional<&ListOutput::next>("NextMarker"), required<&ListOutput::versions>("Versions")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = list,
  }));
  return out;
}

}  // namespace puddle::lambda
