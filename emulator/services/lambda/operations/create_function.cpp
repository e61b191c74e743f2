// CreateFunction: code as a zip in the request. The answer says Pending, as AWS's does; there is nothing to
// wait for here, so the next look finds the function Active.
#include "base/text.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Code {
  std::optional<Bytes> zip;
  std::optional<std::string> bucket, key, object_version, image, kms;
  static Shape shape() {
    return {optional<&Code::zip>("ZipFile"),    optional<&Code::bucket>("S3Bucket"),
            optional<&Code::key>("S3Key"),      optional<&Code::object_version>("S3ObjectVersion"),
            optional<&Code::image>("ImageUri"), optional<&Code::kms>("SourceKMSKeyArn")};
  }
};

struct Input : ConfigurationInput {
  std::string name;
  Code code;
  std::optional<bool> publish;
  std::optional<std::string> package_type, signing, publish_to;
  std::optional<Value> tenancy;
  std::map<std::string, std::string> tags;
  std::vector<std::string> architectures;
};

Configuration create(Lambda& service, const Call& call, const Input& in) {
  refuse_given(in.package_type.value_or("Zip") != "Zip", "PackageType Image");
  refuse_given(in.code.image.has_value(), "Code.ImageUri");
  refuse_given(in.code.bucket.has_value(), "Code.S3Bucket (give the zip as Code.ZipFile)");
  refuse_given(in.code.kms.has_value(), "Code.SourceKMSKeyArn");
  refuse_given(in.publish.value_or(false), "Publish");
  refuse_given(in.publish_to.has_value(), "PublishTo");
  refuse_given(in.signing.has_value(), "CodeSigningConfigArn");
  refuse_given(in.tenancy.has_value(), "TenancyConfig");
  const FunctionName name = service.parse_name(call, in.name);
  if (name.name.size() > 64)
    throw AwsError("ValidationException", "1 validation error detected: Value '" + in.name +
                                              "' at 'functionName' failed to satisfy constraint: Member must "
                                              "have length less than or equal to 64");
  if (!in.runtime)
    throw user_error(kInvalidParameter,
                     "Runtime is mandatory for functions created with deployment packages.");
  if (!in.handler)
    throw user_error(kInvalidParameter,
                     "Handler is mandatory for functions created with deployment packages.");
  if (!in.code.zip) throw user_error(kInvalidParameter, "Please provide a source for function code.");
  if (service.find(name)) throw user_error(kConflict, "Function already exist: " + name.name);

  Function f;
  f.account = name.account;
  f.region = name.region;
  f.tags = in.tags;
  Configuration& c = f.config;
  c.name = name.name;
  c.arn = name.arn();
  c.logging.group = "/aws/lambda/" + c.name;
  if (!in.architectures.empty()) c.architectures = in.architectures;
  apply(service, in, c);
  apply_code(f, in.code.zip->data);
  service.check_role(call, c.role);
  c.modified = modified_text(call.now);
  c.revision = service.new_revision();
  c.state = "Active";
  c.last_update_status = "Successful";
  Configuration answer = service.add(std::move(f), in.code.zip->data).config;
  answer.state = "Pending";
  answer.state_reason = "The function is being created.";
  answer.state_code = "Creating";
  answer.last_update_status.reset();
  return answer;
}

}  // namespace

Operation create_function() {
  std::vector<wire::Field> fields = configuration_fields<Input>();
  for (wire::Field& f : fields) f.required = f.name == "Role";
  fields.insert(fields.begin(),
                required<&Input::name>("FunctionName", {.min = 1, .max = 140, .pattern = kNamePattern}));
  fields.push_back(required<&Input::code>("Code"));
  fields.push_back(optional<&Input::publish>("Publish"));
  fields.push_back(optional<&Input::package_type>("PackageType", {.one_of = {"Zip", "Image"}}));
  fields.push_back(optional<&Input::tags>("Tags"));
  fields.push_back(optional<&Input::signing>("CodeSigningConfigArn"));
  fields.push_back(optional<&Input::architectures>(
      "Architectures", {.min = 1, .max = 1, .each = {{.one_of = {"x86_64", "arm64"}}}}));
  fields.push_back(optional<&Input::publish_to>("PublishTo"));
  fields.push_back(optional<&Input::tenancy>("TenancyConfig"));
  return operation<Lambda, Input, Configuration>({
      .name = "CreateFunction",
      .action = "lambda:CreateFunction",
      .resource = function_resource<Input>,
      .http = {"POST", "/2015-03-31/functions", 201},
      .input = fields,
      .output = Configuration::shape(),
      .errors = {kInvalidParameter, kConflict, kEntityTooLarge, {"ValidationException"}},
      .handle = create,
  });
}

}  // namespace puddle::lambda
