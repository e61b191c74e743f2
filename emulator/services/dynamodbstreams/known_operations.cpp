// Every operation of the published dynamodbstreams model, so that one we don't have is refused by its name.
#include <string_view>
#include <vector>

namespace puddle::dynamodbstreams {

const std::vector<std::string_view>& known_operations();

const std::vector<std::string_view>& known_operations() {
  static const std::vector<std::string_view> names{
      "DescribeStream",
      "GetRecords",
      "GetShardIterator",
      "ListStreams",
  };
  return names;
}

}  // namespace puddle::dynamodbstreams
