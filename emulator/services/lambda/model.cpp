#include "services/lambda/model.hpp"

namespace puddle::lambda {

Shape Configuration::shape() {
  using C = Configuration;
  return {required<&C::name>("FunctionName"),
          required<&C::arn>("FunctionArn"),
          required<&C::runtime>("Runtime"),
          required<&C::role>("Role"),
          required<&C::handler>("Handler"),
          required<&C::code_size>("CodeSize"),
          required<&C::description>("Description"),
          required<&C::timeout>("Timeout"),
          required<&C::memory>("MemorySize"),
          required<&C::modified>("LastModified"),
          required<&C::code_sha256>("CodeSha256"),
          required<&C::version>("Version"),
          optional<&C::dead_letter>("DeadLetterConfig"),
          optional<&C::environment>("Environment"),
          required<&C::tracing>("TracingConfig"),
          required<&C::revision>("RevisionId"),
          optional<&C::state>("State"),
          optional<&C::state_reason>("StateReason"),
          optional<&C::state_code>("StateReasonCode"),
          optional<&C::last_update_status>("LastUpdateStatus"),
          optional<&C::last_update_reason>("LastUpdateStatusReason"),
          optional<&C::last_update_code>("LastUpdateStatusReasonCode"),
          required<&C::package_type>("PackageType"),
          required<&C::architectures>("Architectures"),
          required<&C::storage>("EphemeralStorage"),
          required<&C::snap_start>("SnapStart"),
          required<&C::logging>("LoggingConfig")};
}

Shape MappingConfig::shape() {
  using C = MappingConfig;
  return {required<&C::uuid>("UUID"),
          optional<&C::position>("StartingPosition"),
          required<&C::batch_size>("BatchSize"),
          required<&C::window>("MaximumBatchingWindowInSeconds"),
          optional<&C::parallel>("ParallelizationFactor"),
          required<&C::source_arn>("EventSourceArn"),
          required<&C::function_arn>("FunctionArn"),
          required<&C::modified>("LastModified"),
          optional<&C::last_result>("LastProcessingResult"),
          required<&C::state>("State"),
          required<&C::reason>("StateTransitionReason"),
          optional<&C::destination>("DestinationConfig"),
          optional<&C::max_age>("MaximumRecordAgeInSeconds"),
          optional<&C::bisect>("BisectBatchOnFunctionError"),
          optional<&C::max_retries>("MaximumRetryAttempts"),
          optional<&C::tumbling>("TumblingWindowInSeconds"),
          required<&C::response_types>("FunctionResponseTypes"),
          optional<&C::scaling>("ScalingConfig"),
          required<&C::arn>("EventSourceMappingArn")};
}

}  // namespace puddle::lambda
