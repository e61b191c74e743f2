// What Lambda says when it refuses: codes and texts as recorded on AWS.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:";
const char* const kParameter = "InvalidParameterValueException";
const char* const kMissing = "ResourceNotFoundException";
const char* const kInvalid = "ValidationException";

struct Refusals : LambdaWorld {
  void expect(const char* operation, Map input, const std::string& code, const std::string& message) {
    INFO(operation);
    const wire::Fault fault = w.fails("lambda", operation, std::move(input));
    CHECK(fault.code == code);
    CHECK(fault.message == message);
  }
};

Map named(const std::string& name, Map more = {}) {
  more.add("FunctionName", Value(name));
  return more;
}
Map of(const std::string& name, const char* qualifier, Map more = {}) {
  more.add("Qualifier", Value(qualifier));
  return named(name, std::move(more));
}
Map created(const std::string& name, Map more = {}) {
  if (!more.contains("Runtime")) more.add("Runtime", Value("python3.12"));
  more.add("Handler", Value("index.handler"));
  more.add("Role", Value("arn:aws:iam::000000000000:role/r"));
  more.add("Code", Map{{"ZipFile", Value(Bytes(lambda::make_zip({{"index.py", ""}})))}});
  return named(name, std::move(more));
}
std::string violated(const std::string& value, const std::string& at, const std::string& constraint) {
  return "1 validation error detected: Value '" + value + "' at '" + at +
         "' failed to satisfy constraint: " + constraint;
}

}  // namespace

TEST_CASE("refusals of CreateFunction") {
  Refusals l;
  const std::string long_name(65, 'a');
  l.expect("CreateFunction", created(long_name), kParameter,
           violated(long_name, "functionName", "Member must have length less than or equal to 64"));
  l.expect(
      "CreateFunction", created("invalid:function:name"), kInvalid,
      violated("invalid:function:name", "functionName",
               "Member must satisfy regular expression pattern: "
               "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?("
               "\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"));
  for (const char* runtime :
       {"dotnetcore3.1", "go1.x", "java8", "nodejs14.x", "provided", "python3.7", "ruby2.7"})
    l.expect(
        "CreateFunction", created("x", Map{{"Runtime", Value(runtime)}}), kParameter,
        "The runtime parameter of " + std::string(runtime) +
            " is no longer supported for creating or updating AWS Lambda functions. We recommend you use a "
            "supported runtime while creating or updating functions.");
  CHECK(
      l.refused("CreateFunction", created("x", Map{{"Runtime", Value("none")}}))
          .starts_with("Value none at 'runtime' failed to satisfy constraint: Member must satisfy enum value "
                       "set: [nodejs20.x, python3.14, provided.al2023, "));
  l.expect(
      "CreateFunction", created("x", Map{{"Architectures", Value(List{Value("X86_64")})}}), kInvalid,
      violated("[X86_64]", "architectures",
               "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member "
               "must not be null]"));
  l.expect(
      "CreateFunction", created("x", Map{{"Layers", Value(List{Value("arn:aws:lambda:l")})}}), kInvalid,
      violated(
          "[arn:aws:lambda:l]", "layers",
          "Member must satisfy constraint: [Member must have length less than or equal to 2048, Member "
          "must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
          "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:"
          "layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+), Member must "
          "not be null]"));
}

TEST_CASE("deleting a version that is not there is no error, deleting a function that is not there is") {
  Refusals l;
  l.act("DeleteFunction", of("f", "1233"));
  l.act("DeleteFunction", named("f"));
  l.expect("DeleteFunction", named("f"), kMissing, "Function not found: " + kFunction + "f");
  l.expect("DeleteFunction", of("f", "1233"), kMissing, "Function not found: " + kFunction + "f");
}

TEST_CASE("refusals of event invoke configurations") {
  Refusals l;
  const auto missing = [](const std::string& name) {
    return "The function " + kFunction + name + " doesn't have an EventInvokeConfig";
  };
  const Map zero{{"MaximumRetryAttempts", Value(0)}};
  l.expect("GetFunctionEventInvokeConfig", named("none"), kMissing, missing("none:$LATEST"));
  l.expect("GetFunctionEventInvokeConfig", of("f", "12"), kMissing, missing("f:12"));
  l.expect("DeleteFunctionEventInvokeConfig", named("f"), kMissing, missing("f:$LATEST"));
  l.expect("UpdateFunctionEventInvokeConfig", named("f", zero), kMissing, missing("f:$LATEST"));
  for (const char* operation : {"PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"})
    l.expect(operation, named("none", zero), kMissing, "The function doesn't exist.");
  l.expect("ListFunctionEventInvokeConfigs", named("none"), kMissing, "The function doesn't exist.");
  l.expect("PutFunctionEventInvokeConfig",
           named("f", Map{{"DestinationConfig",
                           Map{{"OnSuccess", Map{{"Destination", Value(kFunction + "none")}}}}}}),
           kParameter, "The destination ARN " + kFunction + "none is invalid.");
}

TEST_CASE("refusals of aliases and their weights") {
  Refusals l;
  l.publish();
  const auto alias = [](const char* name, const char* version, Map weights = {}) {
    Map in{{"Name", Value(name)}, {"FunctionVersion", Value(version)}};
    if (!weights.empty())
      in.add("RoutingConfig", Map{{"AdditionalVersionWeights", Value(std::move(weights))}});
    return in;
  };
  l.expect("CreateAlias", named("f", alias("2024", "1")), kInvalid,
           violated("2024", "name",
                    "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"));
  l.expect(
      "CreateAlias", named("f", alias("a", "1", Map{{"$LATEST", Value(0.5)}})), kInvalid,
      violated(
          "{$LATEST=0.5}", "routingConfig.additionalVersionWeights",
          "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member "
          "must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
          "[0-9]+]"));
  l.expect("CreateAlias", named("none", alias("a", "1")), kMissing,
           "Function not found: " + kFunction + "none:1");
  l.expect("CreateAlias", named("f", alias("a", "10")), kMissing,
           "Function not found: " + kFunction + "f:10");
}

TEST_CASE("refusals of permissions") {
  Refusals l;
  const Map statement{{"StatementId", Value("s")},
                      {"Action", Value("lambda:InvokeFunction")},
                      {"Principal", Value("s3.amazonaws.com")}};
  const Map one{{"StatementId", Value("s")}};
  l.expect("AddPermission", of("f", "none", statement), kMissing,
           "Cannot find alias arn: " + kFunction + "f:none");
  l.expect("AddPermission", of("f", "42", statement), kMissing, "Function not found: " + kFunction + "f:42");
  l.expect("AddPermission", of("f", "a-$-b", statement), kMissing,
           "Function not found: " + kFunction + "f:a-$-b");
  l.expect("RemovePermission", named("none", one), kMissing, "No policy found for: " + kFunction + "none");
  l.expect("RemovePermission", of("f", "none", one), kMissing,
           "Cannot find alias arn: " + kFunction + "f:none");
  l.expect("GetPolicy", named("none"), kMissing, "The resource you requested does not exist.");
  Map guarded = statement;
  guarded.add("RevisionId", Value("other"));
  l.expect("AddPermission", named("f", guarded), "PreconditionFailedException",
           "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to "
           "retrieve the "
           "latest Revision Id");
}

TEST_CASE("refusals of reserved and provisioned concurrency") {
  Refusals l;
  l.publish();
  const Map one{{"ReservedConcurrentExecutions", Value(1)}};
  const auto provisioned = [](int n) { return Map{{"ProvisionedConcurrentExecutions", Value(n)}}; };
  l.expect("PutFunctionConcurrency", named(kFunction + "f:1", one), kParameter,
           "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
           "operation. Please specify either a function name or an unqualified function ARN.");
  l.expect("PutFunctionConcurrency", named("none", one), kMissing,
           "Function not found: " + kFunction + "none:$LATEST");
  l.expect("GetProvisionedConcurrencyConfig", of("f", "$LATEST"), kParameter,
           "The function resource provided must be an alias or a published version.");
  l.expect("PutProvisionedConcurrencyConfig", of("f", "none", provisioned(1)), kMissing,
           "Cannot find alias arn: " + kFunction + "f:none");
  l.expect(
      "PutProvisionedConcurrencyConfig", of("f", "1", provisioned(1001)), kParameter,
      "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000].");
  l.act("CreateAlias", named("f", Map{{"Name", Value("live")}, {"FunctionVersion", Value("1")}}));
  l.act("PutProvisionedConcurrencyConfig", of("f", "live", provisioned(1)));
  l.expect("PutProvisionedConcurrencyConfig", of("f", "1", provisioned(1)), "ResourceConflictException",
           "Version is pointed by a Provisioned Concurrency alias");
}

TEST_CASE("refusals of function URLs") {
  Refusals l;
  const Map none{{"AuthType", Value("NONE")}};
  for (const char* operation : {"CreateFunctionUrlConfig", "UpdateFunctionUrlConfig"})
    for (const Map& in : {named("none", none), of("f", "alias", none)})
      l.expect(operation, in, kMissing, "Function does not exist");
  l.expect("ListFunctionUrlConfigs", named("none"), kMissing, "Function does not exist");
  for (const char* operation : {"GetFunctionUrlConfig", "DeleteFunctionUrlConfig"})
    l.expect(operation, named("none"), kMissing, "The resource you requested does not exist.");
  for (const char* qualifier : {"1", "$LATEST"})
    l.expect("GetFunctionUrlConfig", of("none", qualifier), kInvalid,
             violated(qualifier, "qualifier",
                      "Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)"));
}

TEST_CASE("refusals of mappings and of their tags") {
  Refusals l;
  l.queue("q");
  l.expect("CreateEventSourceMapping", named("none"), kParameter, "Unrecognized event source.");
  l.expect("CreateEventSourceMapping",
           named("none", Map{{"EventSourceArn", Value("arn:aws:sqs:us-east-1:000000000000:q")}}), kParameter,
           "Function does not exist");
  const std::string arn =
      "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:11111111-1111-1111-1111-111111111111";
  l.expect("ListTags", Map{{"Resource", Value(arn)}}, kMissing, "Event source mapping not found: " + arn);
}

TEST_CASE("a CORS configuration shows what was given and no empty lists") {
  Refusals l;
  const Value made = l.act(
      "CreateFunctionUrlConfig",
      named("f", Map{{"AuthType", Value("NONE")}, {"Cors", Map{{"AllowOrigins", Value(List{Value("*")})}}}}));
  CHECK(wire::to_json(*made.find("Cors")) == R"({"AllowOrigins":["*"]})");
}
