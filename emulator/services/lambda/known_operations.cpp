// Every operation of the published lambda model, so that one we don't have is refused by its name.
#include <string_view>
#include <vector>

namespace puddle::lambda {

const std::vector<std::string_view>& known_operations();

const std::vector<std::string_view>& known_operations() {
  static const std::vector<std::string_view> names{
      "AddLayerVersionPermission", "AddPermission", "CheckpointDurableExecution", "CreateAlias",
      "CreateCapacityProvider", "CreateCodeSigningConfig", "CreateEventSourceMapping", "CreateFunction",
      "CreateFunctionUrlConfig", "DeleteAlias", "DeleteCapacityProvider", "DeleteCodeSigningConfig",
      "DeleteEventSourceMapping", "DeleteFunction", "DeleteFunctionCodeSigningConfig",
      "DeleteFunctionConcurrency", "DeleteFunctionEventInvokeConfig", "DeleteFunctionUrlConfig",
      "DeleteLayerVersion", "DeleteProvisionedConcurrencyConfig", "GetAccountSettings", "GetAlias",
      "GetCapacityProvider", "GetCodeSigningConfig", "GetDurableExecution", "GetDurableExecutionHistory",
      "GetDurableExecutionState", "GetEventSourceMapping", "GetFunction", "GetFunctionCodeSigningConfig",
      "GetFunctionConcurrency", "GetFunctionConfiguration", "GetFunctionEventInvokeConfig",
      "GetFunctionRecursionConfig", "GetFunctionScalingConfig", "GetFunctionUrlConfig", "GetLayerVersion",
      "GetLayerVersionByArn", "GetLayerVersionPolicy", "GetPolicy", "GetProvisionedConcurrencyConfig",
      "GetRuntimeManagementConfig", "Invoke", "InvokeAsync", "InvokeWithResponseStream", "ListAliases",
      "ListCapacityProviders", "ListCodeSigningConfigs", "ListDurableExecutionsByFunction",
      "ListEventSourceMappings", "ListFunctionEventInvokeConfigs", "ListFunctionUrlConfigs",
      "ListFunctionVersionsByCapacityProvider", "ListFunctions", "ListFunctionsByCodeSigningConfig",
      "ListLayerVersions", "ListLayers", "ListProvisionedConcurrencyConfigs", "ListTags",
      "ListVersionsByFunction", "PublishLayerVersion", "PublishVersion", "PutFunctionCodeSigningConfig",
      "PutFunctionConcurrency", "PutFunctionEventInvokeConfig", "PutFunctionRecursionConfig",
      "PutFunctionScalingConfig", "PutProvisionedConcurrencyConfig", "PutRuntimeManagementConfig",
      "RemoveLayerVersionPermission", "RemovePermission", "SendDurableExecutionCallbackFailure",
      "SendDurableExecutionCallbackHeartbeat", "SendDurableExecutionCallbackSuccess", "StopDurableExecution",
      "TagResource", "UntagResource", "UpdateAlias", "UpdateCapacityProvider", "UpdateCodeSigningConfig",
      "UpdateEventSourceMapping", "UpdateFunctionCode", "UpdateFunctionConfiguration",
      "UpdateFunctionEventInvokeConfig", "UpdateFunctionUrlConfig",
  };
  return names;
}

}  // namespace puddle::lambda
