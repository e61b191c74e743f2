// Stacks over IAM's resource types: creation in order, outputs, rollback, deletion.
#include <catch2/catch.hpp>

#include "services/cloudformation/cloudformation.hpp"
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "services/iam/iam.hpp"
#include "services/lambda/lambda.hpp"
#include "services/logs/logs.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

constexpr const char* kTrust =
    "{Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "
    "'sts:AssumeRole'}]}";

std::string role(const std::string& name, const std::string& policy) {
  return "    Type: AWS::IAM::Role\n    Properties:\n      RoleName: " + name +
         "\n      AssumeRolePolicyDocument: " + kTrust + "\n      ManagedPolicyArns: [" + policy + "]\n";
}

Value create(World& w, const std::string& body, const char* name = "demo") {
  return w.ok("cloudformation", "CreateStack",
              Map{{"StackName", name},
                  {"TemplateBody", body},
                  {"Capabilities", List{Value("CAPABILITY_NAMED_IAM")}}});
}

std::string status(World& w, const std::string& name = "demo") {
  const Value answer = w.ok("cloudformation", "DescribeStacks", Map{{"StackName", name}});
  return std::string(answer.find("Stacks")->list()[0].text_or("StackStatus"));
}

}  // namespace

TEST_CASE("a stack is created in the order of its references and gives outputs") {
  World w({iam::make, cloudformation::make});
  create(w, "Resources:\n  Role:\n" + role("r", "!Ref Policy") +
                "  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      ManagedPolicyName: p\n"
                "      PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:*', "
                "Resource: '*'}]}\n"
                "Outputs:\n  Arn: {Value: !GetAtt Role.Arn}\n");
  w.loop.advance(1s);
  CHECK(status(w) == "CREATE_COMPLETE");
  const Value answer = w.ok("cloudformation", "DescribeStacks", Map{{"StackName", "demo"}});
  const Value& output = answer.find("Stacks")->list()[0].find("Outputs")->list()[0];
  CHECK(output.text_or("OutputValue") == "arn:aws:iam::000000000000:role/r");
  const Value attached = w.ok("iam", "ListAttachedRolePolicies", Map{{"RoleName", "r"}});
  CHECK(attached.find("AttachedPolicies")->list().size() == 1);

  w.ok("cloudformation", "DeleteStack", Map{{"StackName", "demo"}});
  w.loop.advance(1s);
  CHECK(w.fails("iam", "GetRole", Map{{"RoleName", "r"}}).code == "NoSuchEntity");
  CHECK(w.fails("cloudformation", "DescribeStacks", Map{{"StackName", "demo"}}).message ==
        "Stack with id demo does not exist");
}

TEST_CASE("a resource that fails takes the stack back, with the reason in the events") {
  World w({iam::make, cloudformation::make});
  create(w, "Resources:\n  Good:\n" + role("good", "arn:aws:iam::aws:policy/AdministratorAccess") +
                "  Bad:\n    DependsOn: Good\n" + role("bad", "arn:aws:iam::aws:policy/NoSuchPolicy"));
  w.loop.advance(1s);
  CHECK(status(w) == "ROLLBACK_COMPLETE");
  CHECK(w.fails("iam", "GetRole", Map{{"RoleName", "good"}}).code == "NoSuchEntity");
  const Value events = w.ok("cloudformation", "DescribeStackEvents", Map{{"StackName", "demo"}});
  bool named = false;
  for (const Value& e : events.find("StackEvents")->list())
    named =
        named || (e.text_or("LogicalResourceId") == "Bad" && e.text_or("ResourceStatus") == "CREATE_FAILED" &&
                  e.text_or("ResourceStatusReason").find("NoSuchPolicy") != std::string_view::npos);
  CHECK(named);
}

TEST_CASE("a function whose concurrency cannot be reserved is not left behind") {
  World w({iam::make, sqs::make, dynamodb::make, dynamodbstreams::make, sns::make, logs::make, lambda::make,
           cloudformation::make});
  create(
      w,
      "Resources:\n  Role:\n" + role("r", "") +
          "  Function:\n    Type: AWS::Lambda::Function\n    Properties:\n      FunctionName: f\n"
          "      Runtime: python3.12\n      Handler: index.handler\n      Role: !GetAtt Role.Arn\n"
          "      Code: {ZipFile: 'def handler(e, c): pass'}\n      ReservedConcurrentExecutions: 100000\n");
  w.loop.advance(10s);
  CHECK(status(w) == "ROLLBACK_COMPLETE");
  CHECK(w.fails("lambda", "GetFunction", Map{{"FunctionName", "f"}}).code == "ResourceNotFoundException");
}

TEST_CASE("templates are refused by name before anything is created") {
  World w({iam::make, cloudformation::make});
  const auto refused = [&](const std::string& body) {
    return w
        .fails("cloudformation", "CreateStack",
               Map{{"StackName", "demo"},
                   {"TemplateBody", body},
                   {"Capabilities", List{Value("CAPABILITY_NAMED_IAM")}}})
        .message;
  };
  CHECK(refused("Resources:\n  X:\n    Type: AWS::Nope::Thing\n").find("AWS::Nope::Thing") !=
        std::string::npos);
  CHECK(refused("Resources:\n  X:\n" + role("r", "a") + "      Colour: red\n").find("Colour") !=
        std::string::npos);
  CHECK(refused("Resources:\n  X:\n" + role("!Ref Nope", "a")).find("[Nope]") != std::string::npos);
  CHECK(refused("Parameters:\n  P: {Type: String}\nResources:\n  X:\n" + role("r", "a")) ==
        "Parameters: [P] must have values");
  CHECK(w.fails("cloudformation", "CreateStack",
                Map{{"StackName", "demo"}, {"TemplateBody", "Resources:\n  X:\n" + role("r", "a")}})
            .code == "InsufficientCapabilitiesException");
}

TEST_CASE("conditions leave resources out") {
  World w({iam::make, cloudformation::make});
  create(w,
         "Parameters:\n  Env: {Type: String, Default: test}\nConditions:\n  Live: !Equals [!Ref Env, "
         "live]\nResources:\n  A:\n" +
             role("a", "arn:aws:iam::aws:policy/AdministratorAccess") + "  B:\n    Condition: Live\n" +
             role("b", "arn:aws:iam::aws:policy/AdministratorAccess"));
  w.loop.advance(1s);
  CHECK(status(w) == "CREATE_COMPLETE");
  CHECK(w.fails("iam", "GetRole", Map{{"RoleName", "b"}}).code == "NoSuchEntity");
}
