#include "app/services.hpp"

#include "services/apigateway/apigateway.hpp"
#include "services/cloudformation/cloudformation.hpp"
#include "services/dynamodb/dynamodb.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "services/iam/iam.hpp"
#include "services/lambda/lambda.hpp"
#include "services/logs/logs.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "services/sts/sts.hpp"

namespace puddle {

std::vector<ServiceFactory> all_services() {
  return {
      iam::make, sts::make,    logs::make,       sqs::make,           dynamodb::make, dynamodbstreams::make,
      sns::make, lambda::make, apigateway::make, cloudformation::make};
}

}  // namespace puddle
