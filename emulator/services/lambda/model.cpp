#include "services/lambda/model.hpp"

#include "aws/arn.hpp"
#include "services/lambda/mapping.hpp"

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
          optional<&C::layers>("Layers"),
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
          optional<&C::runtime_version>("RuntimeVersionConfig"),
          required<&C::logging>("LoggingConfig")};
}

Shape RoutingConfig::shape() { return {optional<&RoutingConfig::weights>("AdditionalVersionWeights")}; }

Shape Alias::shape() {
  return {required<&Alias::arn>("AliasArn"),
          required<&Alias::name>("Name"),
          required<&Alias::version>("FunctionVersion"),
          required<&Alias::description>("Description"),
          optional<&Alias::routing>("RoutingConfig"),
          required<&Alias::revision>("RevisionId")};
}

Shape Destination::shape() {
  return {optional<&Destination::arn>(
      "Destination",
      {.min = 0,
       .max = 350,
       .pattern =
           "$|kafka://"
           "([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}("
           "(-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"})};
}

Shape EventInvokeConfig::shape() {
  using E = EventInvokeConfig;
  return {required<&E::modified>("LastModified"), optional<&E::max_retries>("MaximumRetryAttempts"),
          optional<&E::max_age>("MaximumEventAgeInSeconds"), required<&E::destinations>("DestinationConfig")};
}

Shape Cors::shape() {
  const wire::Traits many{.min = 0, .max = 100, .each = {{.min = 0, .max = 1024}}};
  return {optional<&Cors::credentials>("AllowCredentials"),
          optional<&Cors::headers>("AllowHeaders", many),
          optional<&Cors::methods>("AllowMethods", {.min = 0, .max = 6, .each = {{.min = 0, .max = 6}}}),
          optional<&Cors::origins>("AllowOrigins", {.min = 0, .max = 100, .each = {{.min = 1, .max = 253}}}),
          optional<&Cors::expose>("ExposeHeaders", many),
          optional<&Cors::max_age>("MaxAge", {.min = 0, .max = 86400})};
}

Shape FunctionUrl::shape() {
  using U = FunctionUrl;
  return {required<&U::id>("Id"),           required<&U::url>("FunctionUrl"),
          required<&U::arn>("FunctionArn"), required<&U::auth>("AuthType"),
          optional<&U::cors>("Cors"),       required<&U::created>("CreationTime"),
          required<&U::mode>("InvokeMode"), required<&U::modified>("LastModifiedTime")};
}

Shape FunctionSettings::shape() {
  using F = FunctionSettings;
  return {optional<&F::tags>("Tags"),
          optional<&F::aliases>("Aliases"),
          optional<&F::policies>("Policies"),
          optional<&F::reserved>("ReservedConcurrentExecutions"),
          optional<&F::provisioned>("ProvisionedConcurrency"),
          optional<&F::event_configs>("EventInvokeConfigs"),
          optional<&F::urls>("FunctionUrls"),
          required<&F::last_version>("LastVersion"),
          required<&F::published>("Published"),
          required<&F::recursion>("RecursiveLoop")};
}

std::string LayerVersion::layer_arn() const { return make_arn("lambda", region, account, "layer:" + name); }

Shape LayerVersion::shape() {
  using L = LayerVersion;
  return {required<&L::code_size>("CodeSize"),
          required<&L::created>("CreatedDate"),
          required<&L::description>("Description"),
          optional<&L::license>("LicenseInfo"),
          optional<&L::runtimes>("CompatibleRuntimes"),
          optional<&L::architectures>("CompatibleArchitectures"),
          required<&L::policy>("Policy")};
}

Shape MappingConfig::shape() {
  using C = MappingConfig;
  return {required<&C::uuid>("UUID"),
          optional<&C::position>("StartingPosition"),
          required<&C::batch_size>("BatchSize"),
          required<&C::window>("MaximumBatchingWindowInSeconds"),
          optional<&C::parallel>("ParallelizationFactor"),
          required<&C::source_arn>("EventSourceArn"),
          optional<&C::filters>("FilterCriteria"),
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
