// The table of AWS's own policies; the documents are managed/*.json, as AWS published them.
#include "services/iam/aws_managed.hpp"

#include <algorithm>
#include <array>

#include "embedded/iam/managed/AWSCloudFormationFullAccess.json.hpp"
#include "embedded/iam/managed/AWSLambdaBasicExecutionRole.json.hpp"
#include "embedded/iam/managed/AWSLambdaDynamoDBExecutionRole.json.hpp"
#include "embedded/iam/managed/AWSLambdaExecute.json.hpp"
#include "embedded/iam/managed/AWSLambdaInvocation-DynamoDB.json.hpp"
#include "embedded/iam/managed/AWSLambdaRole.json.hpp"
#include "embedded/iam/managed/AWSLambdaSQSQueueExecutionRole.json.hpp"
#include "embedded/iam/managed/AWSLambdaVPCAccessExecutionRole.json.hpp"
#include "embedded/iam/managed/AWSLambda_FullAccess.json.hpp"
#include "embedded/iam/managed/AWSLambda_ReadOnlyAccess.json.hpp"
#include "embedded/iam/managed/AWSXRayDaemonWriteAccess.json.hpp"
#include "embedded/iam/managed/AWSXrayWriteOnlyAccess.json.hpp"
#include "embedded/iam/managed/AdministratorAccess.json.hpp"
#include "embedded/iam/managed/AmazonAPIGatewayAdministrator.json.hpp"
#include "embedded/iam/managed/AmazonAPIGatewayInvokeFullAccess.json.hpp"
#include "embedded/iam/managed/AmazonAPIGatewayPushToCloudWatchLogs.json.hpp"
#include "embedded/iam/managed/AmazonDynamoDBFullAccess.json.hpp"
#include "embedded/iam/managed/AmazonDynamoDBReadOnlyAccess.json.hpp"
#include "embedded/iam/managed/AmazonSNSFullAccess.json.hpp"
#include "embedded/iam/managed/AmazonSNSReadOnlyAccess.json.hpp"
#include "embedded/iam/managed/AmazonSQSFullAccess.json.hpp"
#include "embedded/iam/managed/AmazonSQSReadOnlyAccess.json.hpp"
#include "embedded/iam/managed/CloudWatchLogsFullAccess.json.hpp"
#include "embedded/iam/managed/CloudWatchLogsReadOnlyAccess.json.hpp"
#include "embedded/iam/managed/IAMFullAccess.json.hpp"
#include "embedded/iam/managed/IAMReadOnlyAccess.json.hpp"
#include "embedded/iam/managed/PowerUserAccess.json.hpp"
// ReadOnlyAccess is longer than the 65536 characters every compiler must take; both of ours take it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "embedded/iam/managed/ReadOnlyAccess.json.hpp"
#pragma GCC diagnostic pop

namespace puddle::iam {
namespace {

constexpr std::array kPolicies{
    AwsManaged{"AWSCloudFormationFullAccess", "/", "v1", 1564177835, 1564177835,
               embedded::kAWSCloudFormationFullAccess},
    AwsManaged{"AWSLambdaBasicExecutionRole", "/service-role/", "v1", 1428591823, 1428591823,
               embedded::kAWSLambdaBasicExecutionRole},
    AwsManaged{"AWSLambdaDynamoDBExecutionRole", "/service-role/", "v1", 1428592169, 1428592169,
               embedded::kAWSLambdaDynamoDBExecutionRole},
    AwsManaged{"AWSLambdaExecute", "/", "v1", 1423248046, 1423248046, embedded::kAWSLambdaExecute},
    AwsManaged{"AWSLambdaInvocation-DynamoDB", "/", "v1", 1423248047, 1423248047,
               embedded::kAWSLambdaInvocationDynamoDB},
    AwsManaged{"AWSLambdaRole", "/service-role/", "v1", 1423248088, 1423248088, embedded::kAWSLambdaRole},
    AwsManaged{"AWSLambdaSQSQueueExecutionRole", "/service-role/", "v1", 1529013045, 1529013045,
               embedded::kAWSLambdaSQSQueueExecutionRole},
    AwsManaged{"AWSLambdaVPCAccessExecutionRole", "/service-role/", "v3", 1455232526, 1704494306,
               embedded::kAWSLambdaVPCAccessExecutionRole},
    AwsManaged{"AWSLambda_FullAccess", "/", "v7", 1605647648, 1770919251, embedded::kAWSLambdaFullAccess},
    AwsManaged{"AWSLambda_ReadOnlyAccess", "/", "v5", 1605647432, 1770919375,
               embedded::kAWSLambdaReadOnlyAccess},
    AwsManaged{"AWSXRayDaemonWriteAccess", "/", "v2", 1535497233, 1707861510,
               embedded::kAWSXRayDaemonWriteAccess},
    AwsManaged{"AWSXrayWriteOnlyAccess", "/", "v2", 1480616393, 1535497384,
               embedded::kAWSXrayWriteOnlyAccess},
    AwsManaged{"AdministratorAccess", "/", "v1", 1423247986, 1423247986, embedded::kAdministratorAccess},
    AwsManaged{"AmazonAPIGatewayAdministrator", "/", "v1", 1436463285, 1436463285,
               embedded::kAmazonAPIGatewayAdministrator},
    AwsManaged{"AmazonAPIGatewayInvokeFullAccess", "/", "v2", 1436463372, 1545157510,
               embedded::kAmazonAPIGatewayInvokeFullAccess},
    AwsManaged{"AmazonAPIGatewayPushToCloudWatchLogs", "/service-role/", "v1", 1447285306, 1447285306,
               embedded::kAmazonAPIGatewayPushToCloudWatchLogs},
    AwsManaged{"AmazonDynamoDBFullAccess", "/", "v15", 1423248011, 1611941910,
               embedded::kAmazonDynamoDBFullAccess},
    AwsManaged{"AmazonDynamoDBReadOnlyAccess", "/", "v15", 1423248012, 1731951495,
               embedded::kAmazonDynamoDBReadOnlyAccess},
    AwsManaged{"AmazonSNSFullAccess", "/", "v2", 1423248065, 1727217125, embedded::kAmazonSNSFullAccess},
    AwsManaged{"AmazonSNSReadOnlyAccess", "/", "v2", 1423248066, 1727215992,
               embedded::kAmazonSNSReadOnlyAccess},
    AwsManaged{"AmazonSQSFullAccess", "/", "v1", 1423248067, 1423248067, embedded::kAmazonSQSFullAccess},
    AwsManaged{"AmazonSQSReadOnlyAccess", "/", "v4", 1423248068, 1716574604,
               embedded::kAmazonSQSReadOnlyAccess},
    AwsManaged{"CloudWatchLogsFullAccess", "/", "v8", 1423248002, 1770919233,
               embedded::kCloudWatchLogsFullAccess},
    AwsManaged{"CloudWatchLogsReadOnlyAccess", "/", "v12", 1423248003, 1770919153,
               embedded::kCloudWatchLogsReadOnlyAccess},
    AwsManaged{"IAMFullAccess", "/", "v2", 1423248038, 1561146000, embedded::kIAMFullAccess},
    AwsManaged{"IAMReadOnlyAccess", "/", "v4", 1423248039, 1516907487, embedded::kIAMReadOnlyAccess},
    AwsManaged{"PowerUserAccess", "/", "v12", 1423247987, 1770919154, embedded::kPowerUserAccess},
    AwsManaged{"ReadOnlyAccess", "/", "v182", 1423247988, 1775230032, embedded::kReadOnlyAccess},
};

}  // namespace

std::span<const AwsManaged> aws_managed() { return kPolicies; }

const AwsManaged* find_aws_managed(std::string_view arn) {
  constexpr std::string_view kPrefix = "arn:aws:iam::aws:policy";
  if (!arn.starts_with(kPrefix)) return nullptr;
  arn.remove_prefix(kPrefix.size());
  const auto found = std::ranges::find_if(kPolicies, [arn](const AwsManaged& p) {
    return arn.size() == p.path.size() + p.name.size() && arn.starts_with(p.path) && arn.ends_with(p.name);
  });
  return found == kPolicies.end() ? nullptr : &*found;
}

}  // namespace puddle::iam
