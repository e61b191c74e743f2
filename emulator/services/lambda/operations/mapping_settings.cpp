#include "services/lambda/operations/mapping_settings.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

namespace puddle::lambda {

void invalid_mapping(const std::string& message) { throw user_error(kInvalidParameter, message); }

namespace {

void refuse_unsupported(const MappingSettings& in) {
  refuse_given(in.kms.has_value(), "KMSKeyArn");
  refuse_given(in.access.has_value(), "SourceAccessConfigurations");
  refuse_given(in.kafka.has_value() || in.own_kafka.has_value(), "Kafka event sources");
  refuse_given(in.document_db.has_value(), "DocumentDBEventSourceConfig");
  refuse_given(in.metrics.has_value(), "MetricsConfig");
  refuse_given(in.logging.has_value(), "LoggingConfig");
  refuse_given(in.pollers.has_value(), "ProvisionedPollerConfig");
}

}  // namespace

void apply(const MappingSettings& in, Mapping& m) {
  refuse_unsupported(in);
  MappingConfig& c = m.config;
  const bool streams = m.streams();
  const auto only_streams = [&](bool given, const char* name) {
    if (given && !streams)
      invalid_mapping("Unsupported " + std::string(name) + " parameter for given event source mapping type.");
  };
  only_streams(in.bisect.has_value(), "BisectBatchOnFunctionError");
  only_streams(in.max_age.has_value(), "MaximumRecordAgeInSeconds");
  only_streams(in.max_retries.has_value(), "MaximumRetryAttempts");
  only_streams(in.parallel.has_value(), "ParallelizationFactor");
  only_streams(in.tumbling.has_value(), "TumblingWindowInSeconds");
  only_streams(in.destination.has_value(), "DestinationConfig");
  if (in.scaling && streams)
    invalid_mapping("Unsupported ScalingConfig parameter for given event source mapping type.");
  if (in.max_age && *in.max_age != -1 && *in.max_age < 60)
    invalid_mapping("Maximum record age must be -1 or between 60 and 604800 seconds.");
  const int size = in.batch_size.value_or(c.batch_size), window = in.window.value_or(c.window);
  if (!streams && size > 10 && window == 0)
    invalid_mapping(
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
  if (m.fifo() && size > 10) invalid_mapping("Maximum batch size for FIFO queues is 10.");
  if (m.fifo() && window > 0) invalid_mapping("Batching window is not supported for FIFO queues.");
  if (streams && in.tumbling.value_or(0) > 0 && in.bisect.value_or(c.bisect.value_or(false)))
    PUDDLE_LOG(warn, "lambda", "a batch of a tumbling window that is bisected has the window's state twice");
  c.batch_size = size;
  c.window = window;
  if (in.response_types) c.response_types = *in.response_types;
  if (in.scaling) c.scaling = in.scaling->concurrency ? in.scaling : std::nullopt;
  if (in.enabled) m.on = *in.enabled;
  if (in.filters) {
    c.filters = in.filters->filters.empty() ? std::nullopt : in.filters;
    RecordFilter::make(c.filters);  // throws when a pattern is no pattern
  }
  if (!streams) return;
  if (in.bisect) c.bisect = in.bisect;
  if (in.max_age) c.max_age = in.max_age;
  if (in.max_retries) c.max_retries = in.max_retries;
  if (in.parallel) c.parallel = in.parallel;
  if (in.tumbling) c.tumbling = in.tumbling;
  if (!in.destination) return;
  refuse_given(in.destination->on_success && in.destination->on_success->arn, "DestinationConfig.OnSuccess");
  const std::string target = in.destination->on_failure ? in.destination->on_failure->arn.value_or("") : "";
  const auto arn = Arn::parse(target);
  if (!target.empty() && (!arn || (arn->service != "sqs" && arn->service != "sns")))
    invalid_mapping(
        "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=" +
        target + ")) is invalid.");
  c.destination = DestinationConfig{};
  c.destination->on_failure = Destination{target.empty() ? std::nullopt : std::optional(target)};
}

void check_source(Lambda& service, const Call& call, const Arn& source, const Function& f) {
  const Principal role = service.role_of(f);
  Call as_role = call;
  as_role.principal = role;
  if (source.service == "sqs") {
    // On AWS a role that may not read the queue is found out at creation.
    if (role.kind != Principal::Kind::role || service.deps.authorizer.mode() != AuthMode::enforce) return;
    for (const char* action : {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"})
      if (!service.deps.authorizer.why_denied(as_role, "sqs:" + std::string(action), source.str()).empty())
        invalid_mapping("The provided execution role does not have permissions to call " +
                        std::string(action) + " on SQS");
    return;
  }
  if (!service.feed.find(source.str())) invalid_mapping("Stream not found: " + source.str());
}

void check_duplicate(Lambda& service, const Call& call, const std::string& source, const Target& f) {
  for (const Mapping* m : service.mappings_in(call)) {
    if (m->config.source_arn != source || m->config.function_arn != f.arn || m->config.state == "Deleting")
      continue;
    const std::string end = " Please update or delete the existing mapping with UUID " + m->config.uuid;
    throw user_error(kConflict, m->streams()
                                    ? "The event source arn (\" " + source + " \") and function (\" " +
                                          f.family->name() + " \") provided mapping already exists." + end
                                    : "An event source mapping with SQS arn (\" " + source +
                                          " \") and function (\" " + f.family->name() +
                                          " \") already exists." + end);
  }
}

Task<> check_queue(Lambda& service, Arn source, int timeout) {
  ClientCall look;
  look.service = "sqs";
  look.operation = "GetQueueAttributes";
  look.input = wire::Map{{"QueueUrl", Value("/" + source.account + "/" + source.resource)},
                         {"AttributeNames", wire::List{Value("VisibilityTimeout")}}};
  look.principal = Principal::root(source.account);
  look.account = source.account;
  look.region = source.region;
  std::string problem;
  std::int64_t visibility = 30;
  try {
    Task<Value> work = service.deps.client.call(std::move(look));
    const Value answer = co_await std::move(work);
    if (const Value* attributes = answer.find("Attributes"))
      visibility = parse_int(attributes->text_or("VisibilityTimeout")).value_or(30);
  } catch (const AwsError& e) {
    problem = "Error occurred while ReceiveMessage. SQS Error Code: " +
              (e.fault.query_code.empty() ? e.code() : e.fault.query_code) +
              ". SQS Error Message: " + e.message();
  }
  if (!problem.empty()) invalid_mapping(problem);
  if (visibility < timeout)
    invalid_mapping("Queue visibility timeout: " + std::to_string(visibility) +
                    " seconds is less than Function timeout: " + std::to_string(timeout) + " seconds");
}

}  // namespace puddle::lambda
