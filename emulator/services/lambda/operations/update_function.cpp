// UpdateFunctionCode and UpdateFunctionConfiguration. Environments of the old state finish what they run and
// end.
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct CodeInput {
  std::string name;
  std::optional<Bytes> zip;
  std::optional<std::string> bucket, key, object_version, image, kms, revision, publish_to;
  std::optional<bool> publish, dry_run;
  std::vector<std::string> architectures;
};

Configuration changed(Lambda& service, const Call& call, Function next, const std::string* zip) {
  next.config.modified = modified_text(call.now);
  next.config.revision = service.new_revision();
  Configuration answer = next.config;
  service.replace(std::move(next), zip);
  answer.last_update_status = "InProgress";
  answer.last_update_reason = "The function is being created.";
  answer.last_update_code = "Creating";
  return answer;
}

Configuration update_code(Lambda& service, const Call& call, const CodeInput& in) {
  refuse_given(in.image.has_value(), "ImageUri");
  refuse_given(in.bucket.has_value(), "S3Bucket (give the zip as ZipFile)");
  refuse_given(in.kms.has_value(), "SourceKMSKeyArn");
  refuse_given(in.publish.value_or(false), "Publish");
  refuse_given(in.publish_to.has_value(), "PublishTo");
  const Function& now = service.need(call, in.name);
  check_revision(now, in.revision);
  if (!in.zip) throw user_error(kInvalidParameter, "Please provide a source for function code.");
  Function next = now;
  if (!in.architectures.empty()) next.config.architectures = in.architectures;
  apply_code(next, in.zip->data);
  if (in.dry_run.value_or(false)) return next.config;
  return changed(service, call, std::move(next), &in.zip->data);
}

struct ConfigInput : ConfigurationInput {
  std::string name;
  std::optional<std::string> revision;
};

Configuration update_configuration(Lambda& service, const Call& call, const ConfigInput& in) {
  const Function& now = service.need(call, in.name);
  check_revision(now, in.revision);
  Function next = now;
  apply(service, in, next.config);
  if (in.role) service.check_role(call, next.config.role);
  return changed(service, call, std::move(next), nullptr);
}

}  // namespace

Operation update_function_code() {
  return operation<Lambda, CodeInput, Configuration>({
      .name = "UpdateFunctionCode",
      .action = "lambda:UpdateFunctionCode",
      .resource = function_resource<CodeInput>,
      .http = {"PUT", "/2015-03-31/functions/{FunctionName}/code"},
      .input = {required<&CodeInput::name>("FunctionName", name_in_path()),
                optional<&CodeInput::zip>("ZipFile"), optional<&CodeInput::bucket>("S3Bucket"),
                optional<&CodeInput::key>("S3Key"), optional<&CodeInput::object_version>("S3ObjectVersion"),
                optional<&CodeInput::image>("ImageUri"), optional<&CodeInput::publish>("Publish"),
                optional<&CodeInput::dry_run>("DryRun"), optional<&CodeInput::revision>("RevisionId"),
                optional<&CodeInput::kms>("SourceKMSKeyArn"), optional<&CodeInput::publish_to>("PublishTo"),
                optional<&CodeInput::architectures>(
                    "Architectures", {.min = 1, .max = 1, .each = {{.one_of = {"x86_64", "arm64"}}}})},
      .output = Configuration::shape(),
      .errors = {kInvalidParameter, kNotFound, kPreconditionFailed, kEntityTooLarge},
      .handle = update_code,
  });
}

Operation update_function_configuration() {
  std::vector<wire::Field> fields = configuration_fields<ConfigInput>();
  fields.insert(fields.begin(), required<&ConfigInput::name>("FunctionName", name_in_path()));
  fields.push_back(optional<&ConfigInput::revision>("RevisionId"));
  return operation<Lambda, ConfigInput, Configuration>({
      .name = "UpdateFunctionConfiguration",
      .action = "lambda:UpdateFunctionConfiguration",
      .resource = function_resource<ConfigInput>,
      .http = {"PUT", "/2015-03-31/functions/{FunctionName}/configuration"},
      .input = fields,
      .output = Configuration::shape(),
      .errors = {kInvalidParameter, kNotFound, kPreconditionFailed, {"ValidationException"}},
      .handle = update_configuration,
  });
}

}  // namespace puddle::lambda
