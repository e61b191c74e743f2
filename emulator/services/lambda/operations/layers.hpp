// What the operations on layers and on their policies share.
#pragma once
#include "aws/arn.hpp"
#include "services/lambda/operations/families.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {

/// A layer as a caller names it: name or ARN.
struct LayerName {
  std::string account, region, name;
  std::string arn() const { return make_arn("lambda", region, account, "layer:" + name); }
  std::string arn(std::int64_t version) const { return arn() + ":" + std::to_string(version); }
};

inline LayerName layer_name(const Call& call, std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() < 7) return {call.account, call.region, std::string(text)};
  return {std::string(parts[4]), std::string(parts[3]), std::string(parts[6])};
}

inline LayerVersion need_layer(Lambda& service, const Call& call, std::string_view text,
                               std::int64_t version) {
  const LayerName name = layer_name(call, text);
  if (version < 1) throw user_error(kInvalidParameter, "Layer Version Cannot be less than 1");
  auto layer = service.records.layer(name.account, name.region, name.name, version);
  if (!layer) throw user_error(kNotFound, "The resource you requested does not exist.");
  return std::move(*layer);
}

inline wire::Traits layer_in_path() {
  return {.min = 1,
          .max = 140,
          .pattern = "(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+",
          .at = wire::Location::uri};
}

inline std::vector<std::string_view> layer_runtimes() {
  return {"nodejs",          "nodejs4.3",     "nodejs6.10", "nodejs8.10",   "nodejs10.x",     "nodejs12.x",
          "nodejs14.x",      "nodejs16.x",    "java8",      "java8.al2",    "java11",         "python2.7",
          "python3.6",       "python3.7",     "python3.8",  "python3.9",    "dotnetcore1.0",  "dotnetcore2.0",
          "dotnetcore2.1",   "dotnetcore3.1", "dotnet6",    "dotnet8",      "nodejs4.3-edge", "go1.x",
          "ruby2.5",         "ruby2.7",       "provided",   "provided.al2", "nodejs18.x",     "python3.10",
          "java17",          "ruby3.2",       "ruby3.3",    "ruby3.4",      "python3.11",     "nodejs20.x",
          "provided.al2023", "python3.12",    "java21",     "python3.13",   "nodejs22.x",     "nodejs24.x",
          "python3.14",      "java25",        "dotnet10",   "ruby4.0"};
}

inline std::string policy_text(const Policy& policy) {
  wire::Map document{
      {"Version", Value("2012-10-17")}, {"Id", Value("default")}, {"Statement", Value(policy.statements)}};
  return wire::to_json(document);
}

}  // namespace puddle::lambda
