// Operation: one API operation as a declaration. A factory per operation returns it by value; the service's
// table (services/x/operations.cpp) lists the factories. See CONTRIBUTING.md, "Add an operation in ten
// minutes".
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/call.hpp"
#include "aws/error.hpp"
#include "runtime/task.hpp"
#include "wire/shape.hpp"

namespace puddle {

class Service;
using wire::optional;
using wire::required;
using wire::Shape;
using wire::Value;

struct HttpBinding {
  std::string_view method = "POST";
  std::string_view path =
      "/";  ///< "/2015-03-31/functions/{FunctionName}"; may end in a fixed query: "?import"
  int status = 200;
};

/// Who may call: nearly always a signed principal that policies allow. anyone: links in mails carry no
/// signature.
enum class Access { authorised, anyone };

/// For operations without output members.
struct Empty {
  static Shape shape() { return {}; }
};

struct Operation {
  std::string name;
  std::string action;  ///< IAM: "sqs:SendMessage"
  HttpBinding http;
  Shape input, output;
  std::vector<ErrorType> errors;
  std::string result_wrapper;
  Access access = Access::authorised;
  /// ARN that the action is authorised on; "*" when there is none. May throw AwsError (a missing resource).
  std::function<std::string(Service&, const Call&, const Value&)> resource;
  /// Exactly one of the two is set.
  std::function<Value(Service&, const Call&, Value)> now;
  std::function<Task<Value>(Service&, const Call&, Value)> later;  ///< the call lives as long as the task
};

template <class S, class In, class Out>
struct Declaration {
  std::string_view name;
  std::string_view action;
  std::function<std::string(S&, const Call&, const In&)> resource{};
  HttpBinding http{};
  Shape input{};
  Shape output{};
  std::vector<ErrorType> errors{};
  std::string_view result_wrapper{};
  Access access = Access::authorised;
  /// A handler runs in a savepoint and may not wait.
  Out (*handle)(S&, const Call&, const In&) = nullptr;
  /// A waiting handler changes state only through store.atomically() and looks everything up again after each
  /// wait. The call lives as long as its task.
  Task<Out> (*wait)(S&, const Call&, In) = nullptr;
};

namespace detail {
template <class S, class In, class Out>
Task<Value> run_waiting(Task<Out> (*wait)(S&, const Call&, In), std::shared_ptr<const Shape> output,
                        S& service, const Call& call, In in) {
  Task<Out> work = wait(service, call, std::move(in));
  Out out = co_await std::move(work);
  co_return wire::take_struct(&out, *output);
}
}  // namespace detail

template <class S, class In, class Out>
Operation operation(Declaration<S, In, Out> d) {
  Operation op;
  op.name = std::string(d.name);
  op.action = std::string(d.action);
  op.http = d.http;
  op.input = d.input;
  op.output = d.output;
  op.errors = std::move(d.errors);
  op.result_wrapper = std::string(d.result_wrapper);
  op.access = d.access;
  auto input = std::make_shared<const Shape>(std::move(d.input));
  auto output = std::make_shared<const Shape>(std::move(d.output));
  if (d.resource) {
    op.resource = [f = std::move(d.resource), input](Service& s, const Call& c, const Value& v) {
      const In in = wire::read_struct<In>(v, *input);
      return f(static_cast<S&>(s), c, in);
    };
  }
  if (d.handle) {
    op.now = [f = d.handle, input, output](Service& s, const Call& c, Value v) {
      const In in = wire::read_struct<In>(std::move(v), *input);
      Out out = f(static_cast<S&>(s), c, in);
      return wire::take_struct(&out, *output);
    };
  }
  if (d.wait) {
    op.later = [f = d.wait, input, output](Service& s, const Call& c, Value v) {
      In in = wire::read_struct<In>(std::move(v), *input);
      return detail::run_waiting<S, In, Out>(f, output, static_cast<S&>(s), c, std::move(in));
    };
  }
  return op;
}

}  // namespace puddle
