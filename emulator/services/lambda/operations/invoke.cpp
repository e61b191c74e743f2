// Invoke: synchronous, asynchronous (a job) and dry run.
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/lambda/json_problem.hpp"
#include "services/lambda/operations/families.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

struct Input {
  std::string name;
  std::optional<std::string> type, log_type, context, qualifier, durable, tenant;
  std::optional<Bytes> payload;
};

struct Output {
  int status = 200;
  std::optional<std::string> error, log, version;
  std::optional<Bytes> payload;
};

void check(const Input& in) {
  refuse_given(in.durable.has_value(), "DurableExecutionName");
  refuse_given(in.tenant.has_value(), "TenantId");
  const bool event = in.type == "Event";
  const std::size_t limit = event ? kMaxAsyncPayload : kMaxSyncPayload;
  if (in.payload && in.payload->data.size() > limit)
    throw user_error(kRequestTooLarge, "Request must be smaller than " + std::to_string(limit) +
                                           " bytes for the InvokeFunction operation");
  if (!in.payload || in.payload->data.empty()) return;
  if (!wire::parse_json(in.payload->data))
    throw user_error(kInvalidContent,
                     "Could not parse request body into json: Could not parse payload into json: " +
                         json_problem(in.payload->data));
}

std::string context_of(const Input& in) {
  if (!in.context || in.context->empty()) return {};
  const auto text = from_base64(*in.context);
  if (!text || !wire::parse_json(*text))
    throw user_error(kInvalidContent, "Client context must be a valid Base64-encoded JSON object.");
  return *text;
}

/// The last 4 KB, as LogType Tail gives them.
std::string tail(const std::string& log) {
  return base64(log.size() > kLogTail ? std::string_view(log).substr(log.size() - kLogTail)
                                      : std::string_view(log));
}

Task<Output> wait(Lambda& service, const Call& call, Input in) {
  check(in);
  FunctionName name = service.parse_name(call, in.name, in.qualifier);
  Task<> waiting = service.quiet(std::move(name));
  co_await std::move(waiting);
  const Target target = service.need(call, in.name, in.qualifier);
  if (target.function->config.state == "Pending") check_quiet(*target.family);
  AsyncEvent async;
  async.function_arn = target.arn;
  async.event.request_id = call.request_id.empty() ? uuid(service.deps.entropy) : call.request_id;
  async.event.payload = in.payload && !in.payload->data.empty() ? in.payload->data : "{}";
  async.event.client_context = context_of(in);
  async.event.trace_id = call.trace_id;
  Output out;
  if (in.type == "DryRun") {
    out.status = 204;
    co_return std::move(out);
  }
  if (in.type == "Event") {
    const Time now = service.deps.loop.now();
    service.deps.store.atomically([&] { queue_event(service, async, now); });
    out.status = 202;
    co_return std::move(out);
  }
  Task<Result> work = service.environments.run(async.function_arn, async.event);
  Result result = co_await std::move(work);
  if (result.failed()) out.error = "Unhandled";
  if (in.log_type == "Tail") out.log = tail(result.log);
  out.version = result.executed_version;
  out.payload = Bytes(std::move(result.outcome.payload));
  co_return std::move(out);
}

}  // namespace

Operation invoke() {
  using wire::Location;
  return operation<Lambda, Input, Output>({
      .name = "Invoke",
      .action = "lambda:InvokeFunction",
      .resource = [](Lambda& s, const Call& c,
                     const Input& i) { return s.parse_name(c, i.name, i.qualifier).qualified(); },
      .http = {"POST", "/2015-03-31/functions/{FunctionName}/invocations"},
      .input = {required<&Input::name>("FunctionName", name_in_path()),
                optional<&Input::type>("InvocationType", {.one_of = {"Event", "RequestResponse", "DryRun"},
                                                          .at = Location::header,
                                                          .at_name = "X-Amz-Invocation-Type"}),
                optional<&Input::log_type>(
                    "LogType",
                    {.one_of = {"None", "Tail"}, .at = Location::header, .at_name = "X-Amz-Log-Type"}),
                optional<&Input::context>("ClientContext",
                                          {.at = Location::header, .at_name = "X-Amz-Client-Context"}),
                optional<&Input::durable>(
                    "DurableExecutionName",
                    {.at = Location::header, .at_name = "X-Amz-Durable-Execution-Name"}),
                optional<&Input::tenant>("TenantId", {.at = Location::header, .at_name = "X-Amz-Tenant-Id"}),
                optional<&Input::payload>("Payload", {.at = Location::payload}),
                optional<&Input::qualifier>("Qualifier", qualifier_in_query())},
      .output = {required<&Output::status>("StatusCode", {.at = Location::status_code}),
                 optional<&Output::error>("FunctionError",
                                          {.at = Location::header, .at_name = "X-Amz-Function-Error"}),
                 optional<&Output::log>("LogResult", {.at = Location::header, .at_name = "X-Amz-Log-Result"}),
                 optional<&Output::version>("ExecutedVersion",
                                            {.at = Location::header, .at_name = "X-Amz-Executed-Version"}),
                 optional<&Output::payload>("Payload", {.at = Location::payload})},
      .errors = {kNotFound, kInvalidParameter, kInvalidContent, kRequestTooLarge, kTooManyRequests, kConflict,
                 kRecursive, kServiceException},
      .wait = wait,
  });
}

}  // namespace puddle::lambda
