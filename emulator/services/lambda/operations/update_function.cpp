// UpdateFunctionCode and UpdateFunctionConfiguration. Environments of the old state finish what they run and
// end.
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct CodeInput : CodeSource {
  std::string name;
  std::optional<std::string> revision, publish_to;
  std::optional<bool> publish, dry_run;
  std::vector<std::string> architectures;
};

Configuration changed(Lambda& service, const Call& call, Function next, const std::string* zip) {
  Configuration& c = next.config;
  c.modified = modified_text(call.now);
  c.revision = service.new_revision();
  c.last_update_status = "InProgress";
  c.last_update_reason = "The function is being created.";
  c.last_update_code = "Creating";
  Configuration answer = c;
  service.replace(std::move(next), zip);
  return answer;
}

Configuration update_code(Lambda& service, const Call& call, const CodeInput& in) {
  refuse_given(in.publish_to.has_value(), "PublishTo");
  FunctionFamily& family = need_family(service, call, in.name);
  check_quiet(family);
  check_revision(family.latest.config.revision, in.revision);
  Function next = family.latest;
  if (!in.architectures.empty()) next.config.architectures = in.architectures;
  const std::string zip = apply_code(next, in);
  if (in.dry_run.value_or(false)) return next.config;
  Configuration answer = changed(service, call, std::move(next), &zip);
  return in.publish.value_or(false) ? service.publish(family, {}).config : answer;
}

struct ConfigInput : ConfigurationInput {
  std::string name;
  std::optional<std::string> revision;
};

Configuration update_configuration(Lambda& service, const Call& call, const ConfigInput& in) {
  const FunctionFamily& family = need_family(service, call, in.name);
  check_quiet(family);
  check_revision(family.latest.config.revision, in.revision);
  Function next = family.latest;
  apply(service, call, in, next.config);
  if (in.role) service.check_role(call, next.config.role);
  next.config.runtime_version = RuntimeVersion{runtime_version_arn(next)};
  return changed(service, call, std::move(next), nullptr);
}

Task<Configuration> update_code_when_quiet(Lambda& service, const Call& call, CodeInput in) {
  return when_quiet(update_code, service, call, std::move(in));
}
Task<Configuration> update_configuration_when_quiet(Lambda& service, const Call& call, ConfigInput in) {
  return when_quiet(update_configuration, service, call, std::move(in));
}

}  // namespace

Operation update_function_code() {
  return operation<Lambda, CodeInput, Configuration>({
      .name = "UpdateFunctionCode",
      .action = "lambda:UpdateFunctionCode",
      .resource = function_resource<CodeInput>,
      .http = {"PUT", "/2015-03-31/functions/{FunctionName}/code"},
      .input = {required<&CodeInput::name>("FunctionName", plain_name_in_path()),
                optional<&CodeInput::zip, CodeInput>("ZipFile"),
                optional<&CodeInput::bucket, CodeInput>("S3Bucket"),
                optional<&CodeInput::key, CodeInput>("S3Key"),
                optional<&CodeInput::object_version, CodeInput>("S3ObjectVersion"),
                optional<&CodeInput::image, CodeInput>("ImageUri"), optional<&CodeInput::publish>("Publish"),
                optional<&CodeInput::dry_run>("DryRun"), optional<&CodeInput::revision>("RevisionId"),
                optional<&CodeInput::kms, CodeInput>("SourceKMSKeyArn"),
                optional<&CodeInput::publish_to>("PublishTo"),
                optional<&CodeInput::architectures>(
                    "Architectures", {.min = 1, .max = 1, .each = {{.one_of = {"x86_64", "arm64"}}}})},
      .output = Configuration::shape(),
      .errors = {kInvalidParameter, kNotFound, kPreconditionFailed, kEntityTooLarge, kConflict,
                 kServiceException},
      .wait = update_code_when_quiet,
  });
}

Operation update_function_configuration() {
  std::vector<wire::Field> fields = configuration_fields<ConfigInput>();
  fields.insert(fields.begin(), required<&ConfigInput::name>("FunctionName", plain_name_in_path()));
  fields.push_back(optional<&ConfigInput::revision>("RevisionId"));
  return operation<Lambda, ConfigInput, Configuration>({
      .name = "UpdateFunctionConfiguration",
      .action = "lambda:UpdateFunctionConfiguration",
      .resource = function_resource<ConfigInput>,
      .http = {"PUT", "/2015-03-31/functions/{FunctionName}/configuration"},
      .input = fields,
      .output = Configuration::shape(),
      .errors = {kInvalidParameter,
                 kNotFound,
                 kPreconditionFailed,
                 kConflict,
                 kServiceException,
                 {"ValidationException"}},
      .wait = update_configuration_when_quiet,
  });
}

}  // namespace puddle::lambda
