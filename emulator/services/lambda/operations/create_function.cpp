// CreateFunction: the function is Pending until it is settled, a little later.
#include "base/text.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Code : CodeSource {
  static Shape shape() {
    return {
        optional<&Code::zip, Code>("ZipFile"),    optional<&Code::bucket, Code>("S3Bucket"),
        optional<&Code::key, Code>("S3Key"),      optional<&Code::object_version, Code>("S3ObjectVersion"),
        optional<&Code::image, Code>("ImageUri"), optional<&Code::kms, Code>("SourceKMSKeyArn")};
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
  refuse_given(in.publish_to.has_value(), "PublishTo");
  refuse_given(in.signing.has_value(), "CodeSigningConfigArn");
  refuse_given(in.tenancy.has_value(), "TenancyConfig");
  const FunctionName name = service.parse_name(call, in.name);
  if (name.name.size() > 64)
    throw user_error(kInvalidParameter, "1 validation error detected: Value '" + in.name +
                                            "' at 'functionName' failed to satisfy constraint: Member must "
                                            "have length less than or equal to 64");
  if (!in.runtime)
    throw user_error(kInvalidParameter,
                     "Runtime is mandatory for functions created with deployment packages.");
  if (!in.handler)
    throw user_error(kInvalidParameter,
                     "Handler is mandatory for functions created with deployment packages.");
  if (service.find(name)) throw user_error(kConflict, "Function already exist: " + name.name);

  FunctionFamily family;
  Function& f = family.latest;
  f.account = name.account;
  f.region = name.region;
  family.tags = in.tags;
  Configuration& c = f.config;
  c.name = name.name;
  c.arn = name.arn();
  c.logging.group = "/aws/lambda/" + c.name;
  if (!in.architectures.empty()) c.architectures = in.architectures;
  apply(service, call, in, c);
  const std::string zip = apply_code(f, in.code);
  service.check_role(call, c.role);
  c.runtime_version = RuntimeVersion{runtime_version_arn(f)};
  c.modified = modified_text(call.now);
  c.revision = service.new_revision();
  c.state = "Pending";
  c.state_reason = "The function is being created.";
  c.state_code = "Creating";
  FunctionFamily& made = service.add(std::move(family), zip);
  if (!in.publish.value_or(false)) return made.latest.config;
  // The answer is the version's, but its ARN has no qualifier.
  Configuration answer = service.publish(made, in.description).config;
  answer.arn = made.arn();
  return answer;
}

}  // namespace

Operation create_function() {
  std::vector<wire::Field> fields = configuration_fields<Input>();
  for (wire::Field& f : fields) f.required = f.name == "Role";
  fields.insert(fields.begin(),
                required<&Input::name>("FunctionName", {.min = 1, .max = 140, .pattern = kPlainNamePattern}));
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
