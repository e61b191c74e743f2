// Event source mappings: create, get, list, update, delete. A change answers with the state on the way
// ("Creating"); the next look shows where it arrived.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

constexpr std::string_view kSourceArn =
    "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)";

/// What Create and Update have in common.
struct Settings {
  std::optional<std::string> function, kms;
  std::optional<bool> enabled, bisect;
  std::optional<int> batch_size, window, parallel, max_age, max_retries, tumbling;
  std::optional<DestinationConfig> destination;
  std::optional<std::vector<std::string>> response_types;
  std::optional<ScalingConfig> scaling;
  std::optional<Value> filters, access, kafka, own_kafka, document_db, metrics, logging, pollers;
};

template <class In>
std::vector<wire::Field> settings_fields() {
  return {
      optional<&In::enabled, In>("Enabled"),
      optional<&In::batch_size, In>("BatchSize", {.min = 1, .max = 10000}),
      optional<&In::filters, In>("FilterCriteria"),
      optional<&In::window, In>("MaximumBatchingWindowInSeconds", {.min = 0, .max = 300}),
      optional<&In::parallel, In>("ParallelizationFactor", {.min = 1, .max = 10}),
      optional<&In::destination, In>("DestinationConfig"),
      optional<&In::max_age, In>("MaximumRecordAgeInSeconds", {.min = -1, .max = 604800}),
      optional<&In::bisect, In>("BisectBatchOnFunctionError"),
      optional<&In::max_retries, In>("MaximumRetryAttempts", {.min = -1, .max = 10000}),
      optional<&In::tumbling, In>("TumblingWindowInSeconds", {.min = 0, .max = 900}),
      optional<&In::access, In>("SourceAccessConfigurations"),
      optional<&In::response_types, In>(
          "FunctionResponseTypes", {.min = 0, .max = 1, .each = {{.one_of = {"ReportBatchItemFailures"}}}}),
      optional<&In::kafka, In>("AmazonManagedKafkaEventSourceConfig"),
      optional<&In::own_kafka, In>("SelfManagedKafkaEventSourceConfig"),
      optional<&In::scaling, In>("ScalingConfig"),
      optional<&In::document_db, In>("DocumentDBEventSourceConfig"),
      optional<&In::kms, In>("KMSKeyArn"),
      optional<&In::metrics, In>("MetricsConfig"),
      optional<&In::logging, In>("LoggingConfig"),
      optional<&In::pollers, In>("ProvisionedPollerConfig")};
}

struct CreateInput : Settings {
  std::string name;
  std::optional<std::string> source, position;
  std::optional<Time> position_time;
  std::optional<Value> tags, topics, queues, self_managed;
};
struct UpdateInput : Settings {
  std::string uuid;
  std::optional<std::string> name;
};

[[noreturn]] void invalid(const std::string& message) { throw user_error(kInvalidParameter, message); }

void refuse_unsupported(const Settings& in) {
  const bool filters =
      in.filters && in.filters->find("Filters") && !in.filters->find("Filters")->list().empty();
  refuse_given(filters, "FilterCriteria");
  refuse_given(in.parallel.value_or(1) > 1, "ParallelizationFactor above 1");
  refuse_given(in.tumbling.value_or(0) > 0, "TumblingWindowInSeconds");
  refuse_given(in.kms.has_value(), "KMSKeyArn");
  refuse_given(in.access.has_value(), "SourceAccessConfigurations");
  refuse_given(in.kafka.has_value() || in.own_kafka.has_value(), "Kafka event sources");
  refuse_given(in.document_db.has_value(), "DocumentDBEventSourceConfig");
  refuse_given(in.metrics.has_value(), "MetricsConfig");
  refuse_given(in.logging.has_value(), "LoggingConfig");
  refuse_given(in.pollers.has_value(), "ProvisionedPollerConfig");
}

/// Checks the settings against the kind of source and enters them.
void apply(const Settings& in, Mapping& m) {
  refuse_unsupported(in);
  MappingConfig& c = m.config;
  const bool streams = m.streams();
  const auto only_streams = [&](bool given, const char* name) {
    if (given && !streams)
      invalid("Unsupported " + std::string(name) + " parameter for given event source mapping type.");
  };
  only_streams(in.bisect.has_value(), "BisectBatchOnFunctionError");
  only_streams(in.max_age.has_value(), "MaximumRecordAgeInSeconds");
  only_streams(in.max_retries.has_value(), "MaximumRetryAttempts");
  only_streams(in.parallel.has_value(), "ParallelizationFactor");
  only_streams(in.destination.has_value(), "DestinationConfig");
  if (in.scaling && streams)
    invalid("Unsupported ScalingConfig parameter for given event source mapping type.");
  if (in.max_age && *in.max_age != -1 && *in.max_age < 60)
    invalid("Maximum record age must be -1 or between 60 and 604800 seconds.");
  const int size = in.batch_size.value_or(c.batch_size), window = in.window.value_or(c.window);
  if (!streams && size > 10 && window == 0)
    invalid(
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
  c.batch_size = size;
  c.window = window;
  if (in.response_types) c.response_types = *in.response_types;
  if (in.scaling) c.scaling = in.scaling->concurrency ? in.scaling : std::nullopt;
  if (in.enabled) c.state = *in.enabled ? "Enabled" : "Disabled";
  if (!streams) return;
  if (in.bisect) c.bisect = in.bisect;
  if (in.max_age) c.max_age = in.max_age;
  if (in.max_retries) c.max_retries = in.max_retries;
  if (!in.destination) return;
  refuse_given(in.destination->on_success && in.destination->on_success->find("Destination"),
               "DestinationConfig.OnSuccess");
  const std::string target = in.destination->on_failure ? in.destination->on_failure->arn.value_or("") : "";
  const auto arn = Arn::parse(target);
  if (!target.empty() && (!arn || (arn->service != "sqs" && arn->service != "sns")))
    invalid(
        "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=" +
        target + ")) is invalid.");
  c.destination = DestinationConfig{};
  c.destination->on_failure = Destination{target.empty() ? std::nullopt : std::optional(target)};
}

/// The state that a change answers with.
MappingConfig on_the_way(const Mapping& m, const char* state) {
  MappingConfig out = m.config;
  out.state = state;
  return out;
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
        invalid("The provided execution role does not have permissions to call " + std::string(action) +
                " on SQS");
    return;
  }
  if (!service.feed.find(source.str())) invalid("Stream not found: " + source.str());
}

void check_duplicate(Lambda& service, const Call& call, const std::string& source, const Function& f) {
  for (const Mapping* m : service.mappings_in(call)) {
    if (m->config.source_arn != source || m->config.function_arn != f.arn()) continue;
    const std::string end = " Please update or delete the existing mapping with UUID " + m->config.uuid;
    throw user_error(kConflict, m->streams()
                                    ? "The event source arn (\" " + source + " \") and function (\" " +
                                          f.config.name + " \") provided mapping already exists." + end
                                    : "An event source mapping with SQS arn (\" " + source +
                                          " \") and function (\" " + f.config.name + " \") already exists." +
                                          end);
  }
}

/// Where a new mapping of a stream begins, as a row: a restart before its first batch must not move it.
void place(Lambda& service, const Mapping& m) {
  const auto stream = service.feed.find(m.config.source_arn);
  const std::int64_t last = m.config.position == "LATEST" ? service.feed.last(stream->id) : 0;
  service.records.put_checkpoint(m.config.uuid, stream->shard,
                                 last > 0 ? ChangeFeed::sequence_text(last) : "");
}

MappingConfig create(Lambda& service, const Call& call, const CreateInput& in) {
  refuse_given(in.topics || in.queues || in.self_managed, "Topics, Queues and SelfManagedEventSource");
  refuse_given(in.tags && in.tags->is_map() && !in.tags->map().empty(), "Tags");
  if (!in.source) invalid("Unrecognized event source.");
  const auto source = Arn::parse(*in.source);
  const bool stream =
      source && source->service == "dynamodb" && source->resource.find("/stream/") != std::string::npos;
  if (!source || (!stream && source->service != "sqs")) invalid("Unrecognized event source.");
  const Function& f = service.need(call, in.name);
  if (stream && !in.position)
    throw AwsError("ValidationException",
                   "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
                   "constraint: Member must not be null.");
  if ((stream && in.position == "AT_TIMESTAMP") || in.position_time)
    invalid("Unsupported starting position for arn type: " + *in.source);
  if (!stream && in.position) invalid("StartingPosition is not valid for SQS event sources.");
  check_duplicate(service, call, *in.source, f);
  Mapping m;
  m.account = call.account;
  m.region = call.region;
  m.created = call.now;
  MappingConfig& c = m.config;
  c.uuid = uuid(service.deps.entropy);
  c.arn = make_arn("lambda", m.region, m.account, "event-source-mapping:" + c.uuid);
  c.source_arn = *in.source;
  c.function_arn = f.arn();
  c.modified = call.now;
  c.state = "Enabled";
  c.reason = stream ? "User action" : "USER_INITIATED";
  c.batch_size = stream ? 100 : 10;
  if (stream) {
    c.position = in.position;
    c.bisect = false;
    c.destination = DestinationConfig{};
    c.destination->on_failure = Destination{};
    c.max_age = c.max_retries = -1;
    c.parallel = 1;
    c.tumbling = 0;
    c.last_result = "No records processed";
  }
  apply(in, m);
  check_source(service, call, *source, f);
  if (stream) place(service, m);
  return on_the_way(service.add(std::move(m)), "Creating");
}

/// The queue must exist; asking it goes through the client, so this operation waits.
Task<MappingConfig> create_after_look(Lambda& service, Call call, CreateInput in) {
  const auto source = Arn::parse(in.source.value_or(""));
  if (source && source->service == "sqs") {
    const Function& f = service.need(call, in.name);
    ClientCall look;
    look.service = "sqs";
    look.operation = "GetQueueAttributes";
    look.input = wire::Map{{"QueueUrl", Value("/" + source->account + "/" + source->resource)},
                           {"AttributeNames", wire::List{Value("VisibilityTimeout")}}};
    look.principal = Principal::root(source->account);
    look.account = source->account;
    look.region = source->region;
    const int timeout = f.config.timeout;
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
    if (!problem.empty()) invalid(problem);
    if (visibility < timeout)
      invalid("Queue visibility timeout: " + std::to_string(visibility) +
              " seconds is less than Function timeout: " + std::to_string(timeout) + " seconds");
  }
  MappingConfig out = service.deps.store.atomically([&] { return create(service, call, in); });
  co_return std::move(out);
}

MappingConfig update(Lambda& service, const Call& call, const UpdateInput& in) {
  Mapping next = service.need_mapping(call, in.uuid);
  if (in.name) next.config.function_arn = service.need(call, *in.name).arn();
  apply(in, next);
  next.config.modified = call.now;
  const char* state = !in.enabled ? "Updating" : *in.enabled ? "Enabling" : "Disabling";
  MappingConfig answer = on_the_way(next, state);
  service.save(std::move(next));
  return answer;
}

struct Target {
  std::string uuid;
};

MappingConfig get(Lambda& service, const Call& call, const Target& in) {
  return service.need_mapping(call, in.uuid).config;
}

MappingConfig remove(Lambda& service, const Call& call, const Target& in) {
  MappingConfig out = on_the_way(service.need_mapping(call, in.uuid), "Deleting");
  service.erase_mapping(in.uuid);
  return out;
}

struct ListInput {
  std::optional<std::string> source, name, marker;
  std::optional<int> limit;
};
struct ListOutput {
  std::optional<std::string> next;
  std::vector<MappingConfig> mappings;
};

ListOutput list(Lambda& service, const Call& call, const ListInput& in) {
  const std::string function = in.name ? service.parse_name(call, *in.name).arn() : "";
  std::vector<MappingConfig> all;
  for (const Mapping* m : service.mappings_in(call))
    if ((!in.source || m->config.source_arn == *in.source) &&
        (function.empty() || m->config.function_arn == function))
      all.push_back(m->config);
  ListOutput out;
  std::tie(out.mappings, out.next) =
      page_of(all, in.marker, static_cast<std::size_t>(in.limit.value_or(100)));
  return out;
}

std::string mapping_arn(const Call& call, const std::string& uuid) {
  return make_arn("lambda", call.region, call.account, "event-source-mapping:" + uuid);
}

Operation create_operation() {
  std::vector<wire::Field> fields = settings_fields<CreateInput>();
  fields.insert(fields.begin(), required<&CreateInput::name>(
                                    "FunctionName", {.min = 1, .max = 256, .pattern = kNamePattern}));
  fields.push_back(optional<&CreateInput::source>("EventSourceArn", {.pattern = kSourceArn}));
  fields.push_back(optional<&CreateInput::position>("StartingPosition",
                                                    {.one_of = {"TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"}}));
  fields.push_back(optional<&CreateInput::position_time>("StartingPositionTimestamp"));
  fields.push_back(optional<&CreateInput::tags>("Tags"));
  fields.push_back(optional<&CreateInput::topics>("Topics"));
  fields.push_back(optional<&CreateInput::queues>("Queues"));
  fields.push_back(optional<&CreateInput::self_managed>("SelfManagedEventSource"));
  return operation<Lambda, CreateInput, MappingConfig>({
      .name = "CreateEventSourceMapping",
      .action = "lambda:CreateEventSourceMapping",
      .http = {"POST", "/2015-03-31/event-source-mappings", 202},
      .input = fields,
      .output = MappingConfig::shape(),
      .errors = {kInvalidParameter, kConflict, kNotFound, {"ValidationException"}},
      .wait = create_after_look,
  });
}

Operation update_operation() {
  std::vector<wire::Field> fields = settings_fields<UpdateInput>();
  fields.insert(fields.begin(), required<&UpdateInput::uuid>("UUID", {.at = wire::Location::uri}));
  fields.push_back(
      optional<&UpdateInput::name>("FunctionName", {.min = 1, .max = 256, .pattern = kNamePattern}));
  return operation<Lambda, UpdateInput, MappingConfig>({
      .name = "UpdateEventSourceMapping",
      .action = "lambda:UpdateEventSourceMapping",
      .resource = [](Lambda&, const Call& c, const UpdateInput& in) { return mapping_arn(c, in.uuid); },
      .http = {"PUT", "/2015-03-31/event-source-mappings/{UUID}", 202},
      .input = fields,
      .output = MappingConfig::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = update,
  });
}

Operation one(std::string_view name, std::string_view action, std::string_view method, int status,
              MappingConfig (*handle)(Lambda&, const Call&, const Target&)) {
  return operation<Lambda, Target, MappingConfig>({
      .name = name,
      .action = action,
      .resource = [](Lambda&, const Call& c, const Target& in) { return mapping_arn(c, in.uuid); },
      .http = {method, "/2015-03-31/event-source-mappings/{UUID}", status},
      .input = {required<&Target::uuid>("UUID", {.at = wire::Location::uri})},
      .output = MappingConfig::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = handle,
  });
}

}  // namespace

std::vector<Operation> mapping_operations() {
  using wire::Location;
  std::vector<Operation> out;
  out.push_back(create_operation());
  out.push_back(update_operation());
  out.push_back(one("GetEventSourceMapping", "lambda:GetEventSourceMapping", "GET", 200, get));
  out.push_back(one("DeleteEventSourceMapping", "lambda:DeleteEventSourceMapping", "DELETE", 202, remove));
  out.push_back(operation<Lambda, ListInput, ListOutput>({
      .name = "ListEventSourceMappings",
      .action = "lambda:ListEventSourceMappings",
      .http = {"GET", "/2015-03-31/event-source-mappings"},
      .input =
          {optional<&ListInput::source>("EventSourceArn",
                                        {.pattern = kSourceArn, .at = Location::query_string}),
           optional<&ListInput::name>(
               "FunctionName", {.min = 1, .max = 256, .pattern = kNamePattern, .at = Location::query_string}),
           optional<&ListInput::marker>("Marker", {.at = Location::query_string}),
           optional<&ListInput::limit>("MaxItems", {.min = 1, .max = 10000, .at = Location::query_string})},
      .output = {optional<&ListOutput::next>("NextMarker"),
                 required<&ListOutput::mappings>("EventSourceMappings")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = list,
  }));
  return out;
}

}  // namespace puddle::lambda
