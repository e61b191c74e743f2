// What CreateEventSourceMapping and UpdateEventSourceMapping have in common: their settings, checked and
// entered.
#pragma once
#include "aws/arn.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {

/// What Create and Update have in common.
struct MappingSettings {
  std::optional<std::string> function, kms;
  std::optional<bool> enabled, bisect;
  std::optional<int> batch_size, window, parallel, max_age, max_retries, tumbling;
  std::optional<DestinationConfig> destination;
  std::optional<std::vector<std::string>> response_types;
  std::optional<ScalingConfig> scaling;
  std::optional<FilterCriteria> filters;
  std::optional<Value> access, kafka, own_kafka, document_db, metrics, logging, pollers;
};

template <class In>
std::vector<wire::Field> mapping_fields() {
  return {
      optional<&In::enabled, In>("Enabled"),
      optional<&In::batch_size, In>("BatchSize", {.min = 1, .max = 10000}),
      optional<&In::filters, In>("FilterCriteria"),
      optional<&In::window, In>("MaximumBatchingWindowInSeconds", {.min = 0, .max = 300}),
      optional<&In::parallel, In>("ParallelizationFactor", {.min = 1, .max = 10}),
      optional<&In::destination, In>("DestinationConfig"),
      optional<&In::max_age, In>("MaximumRecordAgeInSeconds", {.min = -1, .max = 604800}),
      optional<&In::bisect, In>("BisectBatchOnFunctionError"),
      optional<&In::max_retries, In>("MaximumRetryAttempts", {.min = -1, .max = 10000}),
      optional<&In::tumbling, In>("TumblingWindowInSeconds", {.min = 0, .max = 900}),
      optional<&In::access, In>("SourceAccessConfigurations"),
      optional<&In::response_types, In>(
          "FunctionResponseTypes", {.min = 0, .max = 1, .each = {{.one_of = {"ReportBatchItemFailures"}}}}),
      optional<&In::kafka, In>("AmazonManagedKafkaEventSourceConfig"),
      optional<&In::own_kafka, In>("SelfManagedKafkaEventSourceConfig"),
      optional<&In::scaling, In>("ScalingConfig"),
      optional<&In::document_db, In>("DocumentDBEventSourceConfig"),
      optional<&In::kms, In>("KMSKeyArn"),
      optional<&In::metrics, In>("MetricsConfig"),
      optional<&In::logging, In>("LoggingConfig"),
      optional<&In::pollers, In>("ProvisionedPollerConfig")};
}

[[noreturn]] void invalid_mapping(const std::string& message);
/// Checks the settings against the kind of source and enters them.
void apply(const MappingSettings& in, Mapping& mapping);
/// What an event source must be; throws InvalidParameterValueException.
void check_source(Lambda& service, const Call& call, const Arn& source, const Function& function);
/// The queue must exist and its visibility time-out be at least the function's; asking it waits.
Task<> check_queue(Lambda& service, Arn source, int function_timeout);
void check_duplicate(Lambda& service, const Call& call, const std::string& source, const Target& function);

}  // namespace puddle::lambda
