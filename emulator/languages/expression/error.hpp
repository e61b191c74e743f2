// Error: what DynamoDB says to a request that is wrong. The message is AWS's, complete with the name of the
// parameter.
#pragma once
#include <string>

namespace puddle::expression {

struct Error {
  std::string message;
  bool serialization = false;  ///< SerializationException instead of ValidationException
};

}  // namespace puddle::expression
