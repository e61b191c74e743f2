// Reserved concurrency: put, get, delete; GetAccountSettings.
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Input {
  std::string name;
  int reserved = 0;
};
struct Output {
  std::optional<int> reserved;
};

int unreserved(Lambda& service, const Call& call, const FunctionFamily* without = nullptr) {
  int left = kAccountConcurrency;
  for (const FunctionFamily* f : service.functions_in(call))
    if (f != without) left -= f->reserved.value_or(0);
  return left;
}

/// Versions and aliases share what is reserved for their function.
FunctionFamily& unqualified_family(Lambda& service, const Call& call, const std::string& name) {
  if (!service.parse_name(call, name).qualifier.empty())
    throw user_error(kInvalidParameter,
                     "This operation is permitted on Lambda functions only. Aliases and versions do not "
                     "support this operation. Please specify either a function name or an unqualified "
                     "function ARN.");
  return need_family(service, call, name);
}

Output put(Lambda& service, const Call& call, const Input& in) {
  const FunctionName name = service.parse_name(call, in.name);
  if (name.region == call.region && !service.find(name))
    throw user_error(kNotFound, "Function not found: " + name.arn() + ":$LATEST");
  FunctionFamily& family = unqualified_family(service, call, in.name);
  if (unreserved(service, call, &family) - in.reserved < kMinUnreserved)
    throw user_error(kInvalidParameter,
                     "Specified ReservedConcurrentExecutions for function decreases account's "
                     "UnreservedConcurrentExecution below its minimum value of [" +
                         std::to_string(kMinUnreserved) + "].");
  int provisioned = 0;
  for (const auto& [qualifier, p] : family.provisioned) provisioned += p.requested;
  if (in.reserved > 0 && provisioned > in.reserved)
    throw user_error(kInvalidParameter,
                     " ReservedConcurrentExecutions  " + std::to_string(in.reserved) +
                         " should not be lower than function's total provisioned concurrency [" +
                         std::to_string(provisioned) + "].");
  FunctionSettings next = family;
  next.reserved = in.reserved;
  service.save(family, std::move(next));
  service.limits_changed(family);
  return {in.reserved};
}

Output get(Lambda& service, const Call& call, const Input& in) {
  return {unqualified_family(service, call, in.name).reserved};
}

Empty remove(Lambda& service, const Call& call, const Input& in) {
  FunctionFamily& family = unqualified_family(service, call, in.name);
  FunctionSettings next = family;
  next.reserved.reset();
  service.save(family, std::move(next));
  service.limits_changed(family);
  return {};
}

struct AccountLimit {
  std::int64_t code_total = 80'530'636'800, unzipped = kMaxUnzippedBytes, zipped = kMaxZipBytes;
  int concurrent = kAccountConcurrency, unreserved = kAccountConcurrency;
  static Shape shape() {
    return {required<&AccountLimit::code_total>("TotalCodeSize"),
            required<&AccountLimit::unzipped>("CodeSizeUnzipped"),
            required<&AccountLimit::zipped>("CodeSizeZipped"),
            required<&AccountLimit::concurrent>("ConcurrentExecutions"),
            required<&AccountLimit::unreserved>("UnreservedConcurrentExecutions")};
  }
};
struct AccountUsage {
  std::int64_t code_total = 0, functions = 0;
  static Shape shape() {
    return {required<&AccountUsage::code_total>("TotalCodeSize"),
            required<&AccountUsage::functions>("FunctionCount")};
  }
};
struct AccountOutput {
  AccountLimit limit;
  AccountUsage usage;
};

AccountOutput account(Lambda& service, const Call& call, const Empty&) {
  AccountOutput out;
  out.limit.unreserved = unreserved(service, call);
  for (const FunctionFamily* f : service.functions_in(call)) {
    ++out.usage.functions;
    out.usage.code_total += f->latest.config.code_size;
    for (const auto& [number, version] : f->versions) out.usage.code_total += version.config.code_size;
  }
  return out;
}

}  // namespace

std::vector<Operation> concurrency_operations() {
  const auto named = required<&Input::name>("FunctionName", plain_name_in_path());
  const auto number = optional<&Output::reserved>("ReservedConcurrentExecutions");
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, Output>(
      {.name = "PutFunctionConcurrency",
       .action = "lambda:PutFunctionConcurrency",
       .resource = function_resource<Input>,
       .http = {"PUT", "/2017-10-31/functions/{FunctionName}/concurrency"},
       .input = {named, required<&Input::reserved>("ReservedConcurrentExecutions", {.min = 0})},
       .output = {number},
       .errors = {kInvalidParameter, kNotFound, kConflict},
       .handle = put}));
  out.push_back(
      operation<Lambda, Input, Output>({.name = "GetFunctionConcurrency",
                                        .action = "lambda:GetFunctionConcurrency",
                                        .resource = function_resource<Input>,
                                        .http = {"GET", "/2019-09-30/functions/{FunctionName}/concurrency"},
                                        .input = {named},
                                        .output = {number},
                                        .errors = {kInvalidParameter, kNotFound},
                                        .handle = get}));
  out.push_back(operation<Lambda, Input, Empty>(
      {.name = "DeleteFunctionConcurrency",
       .action = "lambda:DeleteFunctionConcurrency",
       .resource = function_resource<Input>,
       .http = {"DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", 204},
       .input = {named},
       .errors = {kInvalidParameter, kNotFound, kConflict},
       .handle = remove}));
  out.push_back(
      operation<Lambda, Empty, AccountOutput>({.name = "GetAccountSettings",
                                               .action = "lambda:GetAccountSettings",
                                               .http = {"GET", "/2016-08-19/account-settings"},
                                               .output = {required<&AccountOutput::limit>("AccountLimit"),
                                                          required<&AccountOutput::usage>("AccountUsage")},
                                               .errors = {},
                                               .handle = account}));
  return out;
}

}  // namespace puddle::lambda
