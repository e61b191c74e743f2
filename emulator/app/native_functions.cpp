// Functions that an embedder wrote as callables: the handler for the host, and a function in Lambda for each
// that no template has made.
#include "app/daemon.hpp"
#include "app/parts.hpp"
#include "base/log.hpp"
#include "services/lambda/zip.hpp"

namespace puddle {
namespace {

using wire::Map;
using wire::Value;

constexpr std::string_view kRole = "puddle-functions";

NativeHandler adapt(FunctionHandler handler) {
  return [handler = std::move(handler)](NativeCall& call) {
    FunctionContext context;
    context.request_id = call.request_id;
    context.function_name = call.function_name;
    context.function_arn = call.function_arn;
    context.version = call.version;
    context.client_context = call.client_context;
    context.trace_id = call.trace_id;
    context.memory_mb = call.memory_mb;
    context.deadline = call.deadline;
    context.log = call.log;
    try {
      return handler(call.event, context);
    } catch (const FunctionError& e) {
      throw NativeError{e.type, e.what()};
    }
  };
}

}  // namespace

void Daemon::add_function(std::string name, FunctionHandler handler, FunctionOptions options) {
  functions_->add(name, adapt(std::move(handler)));
  native_.emplace_back(std::move(name), std::move(options));
}

/// As the account's root: the problem, or empty.
Task<std::string> Daemon::call(std::string service, std::string operation, Map input) {
  const Settings& settings = engine_->settings();
  ClientCall request;
  request.service = std::move(service);
  request.operation = std::move(operation);
  request.input = Value(std::move(input));
  request.principal = Principal::root(settings.account);
  request.account = settings.account;
  request.region = settings.region;
  std::string problem;
  try {
    Task<Value> work = engine_->dispatcher().call(std::move(request));
    co_await std::move(work);
  } catch (const AwsError& e) {
    problem = e.code() + ": " + e.message();
  }
  co_return std::move(problem);
}

Task<std::string> Daemon::create_role() {
  Map role{{"RoleName", Value(kRole)},
           {"AssumeRolePolicyDocument",
            Value(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
                  R"("Principal":{"Service":"lambda.amazonaws.com"}}]})")}};
  Map attachment{{"RoleName", Value(kRole)},
                 {"PolicyArn", Value("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")}};
  Task<std::string> making = call("iam", "CreateRole", std::move(role));
  std::string problem = co_await std::move(making);
  if (problem.starts_with("EntityAlreadyExists")) co_return std::string();
  if (!problem.empty()) co_return std::move(problem);
  Task<std::string> attaching = call("iam", "AttachRolePolicy", std::move(attachment));
  problem = co_await std::move(attaching);
  co_return std::move(problem);
}

Task<std::string> Daemon::create_functions() {
  for (std::size_t i = 0; i < native_.size(); ++i) {
    const std::string name = native_[i].first;
    const FunctionOptions options = native_[i].second;
    Map look{{"FunctionName", Value(name)}};
    Task<std::string> looking = call("lambda", "GetFunction", std::move(look));
    const std::string absent = co_await std::move(looking);
    if (absent.empty()) continue;
    std::string role = options.role;
    if (role.empty()) {
      role = "arn:aws:iam::" + engine_->settings().account + ":role/" + std::string(kRole);
      Task<std::string> making = create_role();
      const std::string problem = co_await std::move(making);
      if (!problem.empty()) co_return "the role of " + name + ": " + problem;
    }
    Map code{
        {"ZipFile", Value(Bytes(lambda::make_zip({{"bootstrap", "the function is in the program\n"}})))}};
    Map input{{"FunctionName", Value(name)},
              {"Runtime", Value("provided.al2023")},
              {"Handler", Value("native")},
              {"Role", Value(role)},
              {"Timeout", Value(options.timeout.count())},
              {"MemorySize", Value(options.memory_mb)},
              {"Code", Value(std::move(code))}};
    Task<std::string> making = call("lambda", "CreateFunction", std::move(input));
    const std::string problem = co_await std::move(making);
    if (!problem.empty()) co_return "the function " + name + ": " + problem;
  }
  co_return std::string();
}

}  // namespace puddle
