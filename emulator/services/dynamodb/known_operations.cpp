// Every operation of the published dynamodb model, so that one we don't have is refused by its name.
#include <string_view>
#include <vector>

namespace puddle::dynamodb {

const std::vector<std::string_view>& known_operations();

const std::vector<std::string_view>& known_operations() {
  static const std::vector<std::string_view> names{
      "BatchExecuteStatement",
      "BatchGetItem",
      "BatchWriteItem",
      "CreateBackup",
      "CreateGlobalTable",
      "CreateTable",
      "DeleteBackup",
      "DeleteItem",
      "DeleteResourcePolicy",
      "DeleteTable",
      "DescribeBackup",
      "DescribeContinuousBackups",
      "DescribeContributorInsights",
      "DescribeEndpoints",
      "DescribeExport",
      "DescribeGlobalTable",
      "DescribeGlobalTableSettings",
      "DescribeImport",
      "DescribeKinesisStreamingDestination",
      "DescribeLimits",
      "DescribeTable",
      "DescribeTableReplicaAutoScaling",
      "DescribeTimeToLive",
      "DisableKinesisStreamingDestination",
      "EnableKinesisStreamingDestination",
      "ExecuteStatement",
      "ExecuteTransaction",
      "ExportTableToPointInTime",
      "GetItem",
      "GetResourcePolicy",
      "ImportTable",
      "ListBackups",
      "ListContributorInsights",
      "ListExports",
      "ListGlobalTables",
      "ListImports",
      "ListTables",
      "ListTagsOfResource",
      "PutItem",
      "PutResourcePolicy",
      "Query",
      "RestoreTableFromBackup",
      "RestoreTableToPointInTime",
      "Scan",
      "TagResource",
      "TransactGetItems",
      "TransactWriteItems",
      "UntagResource",
      "UpdateContinuousBackups",
      "UpdateContributorInsights",
      "UpdateGlobalTable",
      "UpdateGlobalTableSettings",
      "UpdateItem",
      "UpdateKinesisStreamingDestination",
      "UpdateTable",
      "UpdateTableReplicaAutoScaling",
      "UpdateTimeToLive",
  };
  return names;
}

}  // namespace puddle::dynamodb
