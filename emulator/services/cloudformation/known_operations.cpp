// Every operation of the published cloudformation model, so that one we don't have is refused by its name.
#include <string_view>
#include <vector>

namespace puddle::cloudformation {

const std::vector<std::string_view>& known_operations();

const std::vector<std::string_view>& known_operations() {
  static const std::vector<std::string_view> names{
      "ActivateOrganizationsAccess", "ActivateType", "BatchDescribeTypeConfigurations", "CancelUpdateStack",
      "ContinueUpdateRollback", "CreateChangeSet", "CreateGeneratedTemplate", "CreateStack",
      "CreateStackInstances", "CreateStackRefactor", "CreateStackSet", "DeactivateOrganizationsAccess",
      "DeactivateType", "DeleteChangeSet", "DeleteGeneratedTemplate", "DeleteStack", "DeleteStackInstances",
      "DeleteStackSet", "DeregisterType", "DescribeAccountLimits", "DescribeChangeSet",
      "DescribeChangeSetHooks", "DescribeEvents", "DescribeGeneratedTemplate", "DescribeOrganizationsAccess",
      "DescribePublisher", "DescribeResourceScan", "DescribeStackDriftDetectionStatus", "DescribeStackEvents",
      "DescribeStackInstance", "DescribeStackRefactor", "DescribeStackResource",
      "DescribeStackResourceDrifts", "DescribeStackResources", "DescribeStackSet",
      "DescribeStackSetOperation", "DescribeStacks", "DescribeType", "DescribeTypeRegistration",
      "DetectStackDrift", "DetectStackResourceDrift", "DetectStackSetDrift", "EstimateTemplateCost",
      "ExecuteChangeSet", "ExecuteStackRefactor", "GetGeneratedTemplate", "GetHookResult", "GetStackPolicy",
      "GetTemplate", "GetTemplateSummary", "ImportStacksToStackSet", "ListChangeSets", "ListExports",
      "ListGeneratedTemplates", "ListHookResults", "ListImports", "ListResourceScanRelatedResources",
      "ListResourceScanResources", "ListResourceScans", "ListStackInstanceResourceDrifts",
      "ListStackInstances", "ListStackRefactorActions", "ListStackRefactors", "ListStackResources",
      "ListStackSetAutoDeploymentTargets", "ListStackSetOperationResults", "ListStackSetOperations",
      "ListStackSets", "ListStacks", "ListTypeRegistrations", "ListTypeVersions", "ListTypes", "PublishType",
      "RecordHandlerProgress", "RegisterPublisher", "RegisterType", "RollbackStack", "SetStackPolicy",
      "SetTypeConfiguration", "SetTypeDefaultVersion", "SignalResource", "StartResourceScan",
      "StopStackSetOperation", "TestType", "UpdateGeneratedTemplate", "UpdateStack", "UpdateStackInstances",
      "UpdateStackSet", "UpdateTerminationProtection", "ValidateTemplate",
  };
  return names;
}

}  // namespace puddle::cloudformation
