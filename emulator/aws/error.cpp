#include "aws/error.hpp"

namespace puddle {

AwsError ErrorType::operator()(std::string message, wire::Map members) const {
  wire::Fault fault;
  fault.code = std::string(code);
  fault.query_code = std::string(query_code);
  fault.message = std::move(message);
  fault.status = status;
  fault.sender = status < 500;
  fault.members = std::move(members);
  return AwsError(std::move(fault));
}

}  // namespace puddle
