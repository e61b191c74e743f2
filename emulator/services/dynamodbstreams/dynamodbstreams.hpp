// DynamoDbStreams: four reading operations over the change feed. It has no state of its own: an iterator is a
// position. Engine thread.
#pragma once
#include <memory>

#include "aws/change_feed.hpp"
#include "aws/service.hpp"

namespace puddle::dynamodbstreams {

const std::vector<std::string_view>& known_operations();

class DynamoDbStreams final : public Service {
 public:
  explicit DynamoDbStreams(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override {
    return dynamodbstreams::known_operations();
  }
  wire::Dialect dialect() const override { return wire::Dialect::dynamodb; }
  std::string resource_policy(const std::string& stream_arn) const override;

  Deps deps;
  ChangeFeed feed;

 private:
  std::vector<Operation> operations_;
};

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::dynamodbstreams
