// The record that a failure destination gets: where the records are that were given up, not the records
// themselves.
#include "base/log.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {

using wire::Map;

namespace {

std::string failure_text(const Mapping& m, const std::string& function_arn, const std::string& shard,
                         const std::vector<StreamItem>& items, const LastRun& last,
                         const std::string& condition, int attempts, Time now) {
  Map request{{"requestId", Value(last.request_id)},
              {"functionArn", Value(function_arn)},
              {"condition", Value(condition)},
              {"approximateInvokeCount", Value(attempts)}};
  Map response{{"statusCode", Value(200)},
               {"executedVersion", Value(last.version.empty() ? "$LATEST" : last.version)},
               {"functionError", last.function_error ? Value("Unhandled") : Value()}};
  Map info{{"shardId", Value(shard)},
           {"startSequenceNumber", Value(items.front().sequence)},
           {"endSequenceNumber", Value(items.back().sequence)},
           {"approximateArrivalOfFirstRecord", Value(iso8601(items.front().arrived, Millis::none))},
           {"approximateArrivalOfLastRecord", Value(iso8601(items.back().arrived, Millis::none))},
           {"batchSize", Value(static_cast<std::int64_t>(items.size()))},
           {"streamArn", Value(m.config.source_arn)}};
  Map body{{"requestContext", Value(std::move(request))}};
  if (last.invoked) body.add("responseContext", std::move(response));
  body.add("version", "1.0");
  body.add("timestamp", iso8601(now));
  body.add("DDBStreamBatchInfo", std::move(info));
  return wire::to_json(body);
}

}  // namespace

Task<> report_failure(Lambda& service, Mapping mapping, std::string shard, std::vector<StreamItem> items,
                      LastRun last, std::string condition, int attempts) {
  PUDDLE_LOG(warn, "lambda",
             "gives up " + std::to_string(items.size()) + " record(s) of " + mapping.config.source_arn +
                 ": " + condition);
  const auto& destination = mapping.config.destination;
  const std::string target =
      destination && destination->on_failure ? destination->on_failure->arn.value_or("") : "";
  const Function* f = service.find_arn(mapping.config.function_arn);
  const FunctionFamily* family = service.find_family(mapping.config.function_arn);
  if (target.empty() || !f) co_return;
  std::string text =
      failure_text(mapping, family->arn(), shard, items, last, condition, attempts, service.deps.loop.now());
  Map none;
  Task<std::string> sending = send_to_destination(service, *f, target, std::move(text), std::move(none));
  const std::string problem = co_await std::move(sending);
  if (!problem.empty())
    PUDDLE_LOG(warn, "lambda", "the failure destination " + target + " refused: " + problem);
}

}  // namespace puddle::lambda
