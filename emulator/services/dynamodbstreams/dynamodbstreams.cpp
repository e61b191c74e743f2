#include "services/dynamodbstreams/dynamodbstreams.hpp"

namespace puddle::dynamodbstreams {

DynamoDbStreams::DynamoDbStreams(Deps d) : deps(d), feed(d.store), operations_(make_operations()) {}

const wire::ServiceWire& DynamoDbStreams::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "dynamodbstreams";
    w.protocol = wire::Protocol::json_1_0;
    w.target_prefix = "DynamoDBStreams_20120810";
    w.api_version = "2012-08-10";
    w.error_namespace = "com.amazonaws.dynamodb.v20120810#";
    w.crc32 = true;
    return w;
  }();
  return description;
}

std::string DynamoDbStreams::resource_policy(const std::string& stream_arn) const {
  const auto stream = feed.find(stream_arn);
  return stream ? stream->policy : std::string();
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<DynamoDbStreams>(deps); }

}  // namespace puddle::dynamodbstreams
