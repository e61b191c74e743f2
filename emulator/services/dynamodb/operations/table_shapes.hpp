// Structures and checks that the table operations share.
#pragma once
#include <optional>
#include <string>

#include "services/dynamodb/dynamodb.hpp"

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

struct StreamSpecification {
  bool enabled = false;
  std::optional<std::string> view;
  static Shape shape() {
    return {required<&StreamSpecification::enabled>("StreamEnabled"),
            optional<&StreamSpecification::view>(
                "StreamViewType", {.one_of = {"NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"}})};
  }
};

struct Tag {
  std::string key, value;
  static Shape shape() {
    return {required<&Tag::key>("Key", {.min = 1, .max = 128}), required<&Tag::value>("Value", {.max = 256})};
  }
};

struct DescriptionOutput {
  Value description;
};

void check_billing(const std::optional<std::string>& billing, const std::optional<Throughput>& throughput);
void set_billing(wire::Map& definition, const std::optional<std::string>& billing,
                 const std::optional<Throughput>& throughput, Time now);
void check_stream(const StreamSpecification& stream);

}  // namespace puddle::dynamodb
