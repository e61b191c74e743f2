#include "app/services.hpp"

#ifdef PUDDLE_HAVE_iam
#include "services/iam/iam.hpp"
#endif
#ifdef PUDDLE_HAVE_sts
#include "services/sts/sts.hpp"
#endif
#ifdef PUDDLE_HAVE_logs
#include "services/logs/logs.hpp"
#endif
#ifdef PUDDLE_HAVE_sqs
#include "services/sqs/sqs.hpp"
#endif
#ifdef PUDDLE_HAVE_dynamodb
#include "services/dynamodb/dynamodb.hpp"
#endif
#ifdef PUDDLE_HAVE_dynamodbstreams
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#endif
#ifdef PUDDLE_HAVE_sns
#include "services/sns/sns.hpp"
#endif
#ifdef PUDDLE_HAVE_lambda
#include "services/lambda/lambda.hpp"
#endif
#ifdef PUDDLE_HAVE_apigateway
#include "services/apigateway/apigateway.hpp"
#endif
#ifdef PUDDLE_HAVE_cloudformation
#include "services/cloudformation/cloudformation.hpp"
#endif

namespace puddle {

std::vector<ServiceFactory> all_services() {
  std::vector<ServiceFactory> out;
#ifdef PUDDLE_HAVE_iam
  out.push_back(iam::make);
#endif
#ifdef PUDDLE_HAVE_sts
  out.push_back(sts::make);
#endif
#ifdef PUDDLE_HAVE_logs
  out.push_back(logs::make);
#endif
#ifdef PUDDLE_HAVE_sqs
  out.push_back(sqs::make);
#endif
#ifdef PUDDLE_HAVE_dynamodb
  out.push_back(dynamodb::make);
#endif
#ifdef PUDDLE_HAVE_dynamodbstreams
  out.push_back(dynamodbstreams::make);
#endif
#ifdef PUDDLE_HAVE_sns
  out.push_back(sns::make);
#endif
#ifdef PUDDLE_HAVE_lambda
  out.push_back(lambda::make);
#endif
#ifdef PUDDLE_HAVE_apigateway
  out.push_back(apigateway::make);
#endif
#ifdef PUDDLE_HAVE_cloudformation
  out.push_back(cloudformation::make);
#endif
  return out;
}

}  // namespace puddle
