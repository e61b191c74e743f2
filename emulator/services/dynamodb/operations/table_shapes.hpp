// Structures that the table operations share.
#pragma once
#include <optional>
#include <string>

#include "services/dynamodb/operations/names.hpp"

namespace puddle::dynamodb {

struct AttributeDefinition {
  std::string name, type;
  static Shape shape() {
    return {required<&AttributeDefinition::name>("AttributeName", {.min = 1, .max = 255}),
            required<&AttributeDefinition::type>("AttributeType", {.one_of = {"B", "N", "S"}})};
  }
};

struct KeyElement {
  std::string name, type;
  static Shape shape() {
    return {required<&KeyElement::name>("AttributeName", {.min = 1, .max = 255}),
            required<&KeyElement::type>("KeyType", {.one_of = {"HASH", "RANGE"}})};
  }
};

struct Throughput {
  std::int64_t read = 0, write = 0;
  static Shape shape() {
    return {required<&Throughput::read>("ReadCapacityUnits", {.min = 1}),
            required<&Throughput::write>("WriteCapacityUnits", {.min = 1})};
  }
};

/// Limits of on-demand throughput; -1 removes a limit.
struct OnDemandThroughput {
  std::optional<std::int64_t> read, write;
  static Shape shape() {
    return {optional<&OnDemandThroughput::read>("MaxReadRequestUnits"),
            optional<&OnDemandThroughput::write>("MaxWriteRequestUnits")};
  }
};

struct WarmThroughput {
  std::optional<std::int64_t> read, write;
  static Shape shape() {
    return {optional<&WarmThroughput::read>("ReadUnitsPerSecond"),
            optional<&WarmThroughput::write>("WriteUnitsPerSecond")};
  }
};

struct ProjectionInput {
  std::optional<std::string> type;
  std::optional<std::vector<std::string>> attributes;
  static Shape shape() {
    return {optional<&ProjectionInput::type>("ProjectionType", {.one_of = {"ALL", "INCLUDE", "KEYS_ONLY"}}),
            optional<&ProjectionInput::attributes>("NonKeyAttributes",
                                                   {.min = 1, .max = 20, .each = {{.min = 1, .max = 255}}})};
  }
};

struct LocalIndexInput {
  std::string name;
  std::vector<KeyElement> keys;
  ProjectionInput projection;
  static Shape shape() {
    return {required<&LocalIndexInput::name>("IndexName", kIndexName),
            required<&LocalIndexInput::keys>("KeySchema", {.min = 1}),
            required<&LocalIndexInput::projection>("Projection")};
  }
};

struct GlobalIndexInput {
  std::string name;
  std::vector<KeyElement> keys;
  ProjectionInput projection;
  std::optional<Throughput> throughput;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<WarmThroughput> warm;
  static Shape shape() {
    return {required<&GlobalIndexInput::name>("IndexName", kIndexName),
            required<&GlobalIndexInput::keys>("KeySchema", {.min = 1}),
            required<&GlobalIndexInput::projection>("Projection"),
            optional<&GlobalIndexInput::throughput>("ProvisionedThroughput"),
            optional<&GlobalIndexInput::on_demand>("OnDemandThroughput"),
            optional<&GlobalIndexInput::warm>("WarmThroughput")};
  }
};

struct StreamSpecification {
  bool enabled = false;
  std::optional<std::string> view;
  static Shape shape() {
    return {required<&StreamSpecification::enabled>("StreamEnabled"),
            optional<&StreamSpecification::view>(
                "StreamViewType", {.one_of = {"NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"}})};
  }
};

struct Encryption {
  std::optional<bool> enabled;
  std::optional<std::string> type, key;
  static Shape shape() {
    return {optional<&Encryption::enabled>("Enabled"),
            optional<&Encryption::type>("SSEType", {.one_of = {"AES256", "KMS"}}),
            optional<&Encryption::key>("KMSMasterKeyId")};
  }
};

struct Tag {
  std::string key, value;
  static Shape shape() {
    return {required<&Tag::key>("Key", {.min = 1, .max = 128}),
            required<&Tag::value>("Value", {.min = 0, .max = 256})};
  }
};

/// A table as an operation's whole input, and as its output.
struct NameInput {
  std::string name;
};
struct DescriptionOutput {
  Value description;
};

}  // namespace puddle::dynamodb
