// Event source mappings: create, get, list, update, delete. A change answers with the state on the way
// ("Creating"); a little later it has arrived.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/lambda/operations/mapping_settings.hpp"

namespace puddle::lambda {
namespace {

constexpr std::string_view kSourceArn =
    "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)";

struct CreateInput : MappingSettings {
  std::string name;
  std::optional<std::string> source, position;
  std::optional<Time> position_time;
  std::map<std::string, std::string> tags;
  std::optional<Value> topics, queues, self_managed;
};
struct UpdateInput : MappingSettings {
  std::string uuid;
  std::optional<std::string> name;
};

/// Arrives a little later.
void arrive_later(Lambda& service, const std::string& uuid) {
  service.deps.jobs.cancel("lambda.mapping", uuid);
  service.deps.jobs.add("lambda.mapping",
                        service.deps.loop.now() + service.deps.settings.function_settle_time, "{}", uuid);
}

Target need_function(Lambda& service, const Call& call, const std::string& name) {
  const FunctionName parsed = service.parse_name(call, name);
  if (parsed.region == call.region && !service.find_target(parsed))
    invalid_mapping("Function does not exist");
  return service.need(call, name);
}

/// Where a new mapping of a stream begins, as a row: a restart before its first batch must not move it.
void place(Lambda& service, const Mapping& m) {
  const auto stream = service.feed.find(m.config.source_arn);
  const std::int64_t last = m.config.position == "LATEST" ? service.feed.last(stream->id) : 0;
  service.records.place_lanes(m.config.uuid, stream->shard, m.config.parallel.value_or(1),
                              last > 0 ? ChangeFeed::sequence_text(last) : "");
}

MappingConfig create(Lambda& service, const Call& call, const CreateInput& in) {
  refuse_given(in.topics || in.queues || in.self_managed, "Topics, Queues and SelfManagedEventSource");
  if (!in.source) invalid_mapping("Unrecognized event source.");
  const auto source = Arn::parse(*in.source);
  const bool stream =
      source && source->service == "dynamodb" && source->resource.find("/stream/") != std::string::npos;
  if (!source || (!stream && source->service != "sqs")) invalid_mapping("Unrecognized event source.");
  const Target target = need_function(service, call, in.name);
  const Function& f = *target.function;
  if (stream && !in.position)
    invalid_mapping(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
        "constraint: Member must not be null.");
  if ((stream && in.position == "AT_TIMESTAMP") || in.position_time)
    invalid_mapping("Unsupported starting position for arn type: " + *in.source);
  if (!stream && in.position) invalid_mapping("StartingPosition is not valid for SQS event sources.");
  check_duplicate(service, call, *in.source, target);
  Mapping m;
  m.account = call.account;
  m.region = call.region;
  m.created = call.now;
  m.tags = in.tags;
  m.on = in.enabled.value_or(true);
  MappingConfig& c = m.config;
  c.uuid = uuid(service.deps.entropy);
  c.arn = make_arn("lambda", m.region, m.account, "event-source-mapping:" + c.uuid);
  c.source_arn = *in.source;
  c.function_arn = target.arn;
  c.modified = call.now;
  c.state = m.on ? "Creating" : "Disabled";
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
  if (m.on) arrive_later(service, c.uuid);
  return service.add(std::move(m)).config;
}

Task<MappingConfig> create_after_look(Lambda& service, const Call& call, CreateInput in) {
  const auto source = Arn::parse(in.source.value_or(""));
  if (source && source->service == "sqs") {
    const int timeout = need_function(service, call, in.name).function->config.timeout;
    Task<> looking = check_queue(service, *source, timeout);
    co_await std::move(looking);
  }
  MappingConfig out = service.deps.store.atomically([&] { return create(service, call, in); });
  co_return std::move(out);
}

/// How many lanes a shard has changed: all begin where the slowest was.
void place_again(Lambda& service, const Mapping& m, int lanes) {
  const auto stream = service.feed.find(m.config.source_arn);
  if (!stream) return;
  std::optional<std::string> slowest;
  for (const Records::Position& p : service.records.checkpoints(m.config.uuid, stream->shard))
    if (!slowest || p.sequence < *slowest) slowest = p.sequence;
  service.records.place_lanes(m.config.uuid, stream->shard, lanes, slowest.value_or(""));
}

MappingConfig update(Lambda& service, const Call& call, const UpdateInput& in) {
  Mapping next = service.need_mapping(call, in.uuid);
  if (next.config.state == "Deleting")
    throw kInUse("Cannot update the event source mapping because it is in use.");
  const bool was_on = next.on;
  const int lanes = next.config.parallel.value_or(1);
  if (in.name) next.config.function_arn = need_function(service, call, *in.name).arn;
  apply(in, next);
  next.config.modified = call.now;
  next.config.state = next.on == was_on ? "Updating" : next.on ? "Enabling" : "Disabling";
  if (next.streams() && next.config.parallel.value_or(1) != lanes)
    place_again(service, next, next.config.parallel.value_or(1));
  arrive_later(service, in.uuid);
  MappingConfig answer = next.config;
  service.save(std::move(next));
  return answer;
}

/// Waits while the mapping is on its way; AWS refuses such a change, and we do when it takes long.
template <class In>
Task<MappingConfig> when_arrived(MappingConfig (*handle)(Lambda&, const Call&, const In&), Lambda& service,
                                 Call call, In in) {
  Task<> waiting = service.arrived(in.uuid);
  co_await std::move(waiting);
  call.now = service.deps.loop.now();
  if (const Mapping* m = service.find_mapping(in.uuid); m && m->config.state.ends_with("ing"))
    throw kInUse("Cannot update the event source mapping because it is in use.");
  MappingConfig out = service.deps.store.atomically([&] { return handle(service, call, in); });
  co_return std::move(out);
}

Task<MappingConfig> update_when_arrived(Lambda& service, const Call& call, UpdateInput in) {
  return when_arrived(update, service, call, std::move(in));
}

struct Named {
  std::string uuid;
};

MappingConfig get(Lambda& service, const Call& call, const Named& in) {
  return service.need_mapping(call, in.uuid).config;
}

MappingConfig remove(Lambda& service, const Call& call, const Named& in) {
  Mapping next = service.need_mapping(call, in.uuid);
  next.config.state = "Deleting";
  arrive_later(service, in.uuid);
  MappingConfig answer = next.config;
  service.save(std::move(next));
  return answer;
}

Task<MappingConfig> remove_when_arrived(Lambda& service, const Call& call, Named in) {
  return when_arrived(remove, service, call, std::move(in));
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
  const std::string function = in.name ? service.parse_name(call, *in.name).qualified() : "";
  std::vector<MappingConfig> all;
  for (const Mapping* m : service.mappings_in(call))
    if ((!in.source || m->config.source_arn == *in.source) &&
        (function.empty() || m->config.function_arn == function))
      all.push_back(m->config);
  ListOutput out;
  std::tie(out.mappings, out.next) = page_of(all, in, 100);
  return out;
}

std::string mapping_arn(const Call& call, const std::string& uuid) {
  return make_arn("lambda", call.region, call.account, "event-source-mapping:" + uuid);
}

Operation create_operation() {
  std::vector<wire::Field> fields = mapping_fields<CreateInput>();
  fields.insert(fields.begin(), required<&CreateInput::name>(
                                    "FunctionName", {.min = 1, .max = 256, .pattern = kNamePattern}));
  fields.push_back(optional<&CreateInput::source>("EventSourceArn", {.pattern = kSourceArn}));
  fields.push_back(optional<&CreateInput::position>("StartingPosition",
                                                    {.one_of = {"LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"}}));
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
      .errors = {kInvalidParameter, kConflict, kNotFound},
      .wait = create_after_look,
  });
}

Operation update_operation() {
  std::vector<wire::Field> fields = mapping_fields<UpdateInput>();
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
      .errors = {kInvalidParameter, kNotFound, kInUse, kServiceException},
      .wait = update_when_arrived,
  });
}

Operation one(std::string_view name, std::string_view action, std::string_view method, int status,
              MappingConfig (*handle)(Lambda&, const Call&, const Named&),
              Task<MappingConfig> (*wait)(Lambda&, const Call&, Named)) {
  return operation<Lambda, Named, MappingConfig>({
      .name = name,
      .action = action,
      .resource = [](Lambda&, const Call& c, const Named& in) { return mapping_arn(c, in.uuid); },
      .http = {method, "/2015-03-31/event-source-mappings/{UUID}", status},
      .input = {required<&Named::uuid>("UUID", {.at = wire::Location::uri})},
      .output = MappingConfig::shape(),
      .errors = {kInvalidParameter, kNotFound, kInUse, kServiceException},
      .handle = handle,
      .wait = wait,
  });
}

}  // namespace

void settle_mapping(Lambda& service, const std::string& uuid) {
  const Mapping* m = service.find_mapping(uuid);
  if (!m) return;
  if (m->config.state == "Deleting") return service.erase_mapping(uuid);
  Mapping next = *m;
  next.config.state = next.on ? "Enabled" : "Disabled";
  service.note(std::move(next));
}

std::vector<Operation> mapping_operations() {
  using wire::Location;
  std::vector<Operation> out;
  out.push_back(create_operation());
  out.push_back(update_operation());
  out.push_back(one("GetEventSourceMapping", "lambda:GetEventSourceMapping", "GET", 200, get, nullptr));
  out.push_back(one("DeleteEventSourceMapping", "lambda:DeleteEventSourceMapping", "DELETE", 202, nullptr,
                    remove_when_arrived));
  out.push_back(operation<Lambda, ListInput, ListOutput>({
      .name = "ListEventSourceMappings",
      .action = "lambda:ListEventSourceMappings",
      .http = {"GET", "/2015-03-31/event-source-mappings"},
      .input = paged<ListInput>(
          {optional<&ListInput::source>("EventSourceArn",
                                        {.pattern = kSourceArn, .at = Location::query_string}),
           optional<&ListInput::name>(
               "FunctionName",
               {.min = 1, .max = 256, .pattern = kNamePattern, .at = Location::query_string})},
          10000),
      .output = {optional<&ListOutput::next>("NextMarker"),
                 required<&ListOutput::mappings>("EventSourceMappings")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = list,
  }));
  return out;
}

}  // namespace puddle::lambda
