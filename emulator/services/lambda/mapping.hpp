// Mapping: an event source mapping, its configuration in the API's own form. Plain data.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "services/lambda/model.hpp"

namespace puddle::lambda {

struct ScalingConfig {
  std::optional<int> concurrency;
  static Shape shape() {
    return {optional<&ScalingConfig::concurrency>("MaximumConcurrency", {.min = 2, .max = 1000})};
  }
};
struct FilterText {
  std::optional<std::string> pattern;
  static Shape shape() { return {optional<&FilterText::pattern>("Pattern", {.min = 0, .max = 4096})}; }
};
struct FilterCriteria {
  std::vector<FilterText> filters;
  static Shape shape() { return {optional<&FilterCriteria::filters>("Filters")}; }
};

/// EventSourceMappingConfiguration.
struct MappingConfig {
  int batch_size = 10;
  std::optional<bool> bisect;
  std::optional<DestinationConfig> destination;
  std::optional<FilterCriteria> filters;
  std::string source_arn, arn, function_arn;
  std::vector<std::string> response_types;
  Time modified;
  std::optional<std::string> last_result;
  int window = 0;  ///< MaximumBatchingWindowInSeconds
  std::optional<int> max_age, max_retries, parallel, tumbling;
  std::optional<ScalingConfig> scaling;
  std::optional<std::string> position;
  std::string state, reason, uuid;
  static Shape shape();
};

struct Mapping {
  std::string account, region;
  Time created;
  MappingConfig config;
  bool on = true;  ///< where its state leads to: Enabled or Disabled
  std::map<std::string, std::string> tags;
  /// Whether its poller shall run: a mapping on the way ("Creating", "Updating") already does what it will
  /// do.
  bool enabled() const { return on && config.state != "Deleting"; }
  bool streams() const { return config.source_arn.find(":dynamodb:") != std::string::npos; }
  bool fifo() const { return config.source_arn.ends_with(".fifo"); }
  bool reports_failures() const { return !config.response_types.empty(); }
};

}  // namespace puddle::lambda
