#include "services/sqs/queue_policy.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "languages/policy/grammar.hpp"
#include "services/sqs/errors.hpp"
#include "services/sqs/limits.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

constexpr std::size_t kMaxPolicyBytes = 8192;
constexpr std::size_t kMaxStatements = 20;
constexpr std::size_t kMaxPrincipals = 50;
constexpr std::size_t kMaxConditions = 10;
constexpr std::size_t kMaxActions = 7;

AwsError invalid() { return kInvalidAttributeValue("Invalid value for the parameter Policy."); }

std::size_t texts_in(const Value* v) { return !v ? 0 : v->is_list() ? v->list().size() : 1; }

std::size_t principals_in(const Value& statement) {
  const Value* principal = statement.find("Principal");
  if (!principal || !principal->is_map()) return 0;
  std::size_t n = 0;
  for (const auto& [type, names] : principal->map()) n += texts_in(&names);
  return n;
}

std::size_t conditions_in(const Value& statement) {
  const Value* condition = statement.find("Condition");
  std::size_t n = 0;
  if (condition && condition->is_map())
    for (const auto& [name, keys] : condition->map()) n += keys.is_map() ? keys.map().size() : 0;
  return n;
}

/// What exceeds a limit, in AWS's words, or empty.
std::string excess(const Value& policy) {
  const Value* all = policy.find("Statement");
  const List one = all->is_list() ? List{} : List{*all};
  const List& statements = all->is_list() ? all->list() : one;
  if (statements.size() > kMaxStatements)
    return std::to_string(statements.size()) +
           " statements were found in the submitted policy, max allowed is 20";
  for (const Value& s : statements) {
    if (const std::size_t n = texts_in(s.find("Action")); n > kMaxActions)
      return std::to_string(n) + " Actions were found, maximum allowed is 7.";
    if (const std::size_t n = principals_in(s); n > kMaxPrincipals)
      return std::to_string(n) + " Principals were found, maximum allowed is 50.";
    if (const std::size_t n = conditions_in(s); n > kMaxConditions)
      return std::to_string(n) + " Conditions were found, maximum allowed is 10.";
  }
  return {};
}

/// What the owner alone may do, and what is no action of a policy at all.
constexpr std::string_view kOfOwner[] = {
    "AddPermission",        "CancelMessageMoveTask", "CreateQueue", "DeleteQueue",
    "ListMessageMoveTasks", "ListQueueTags",         "ListQueues",  "RemovePermission",
    "SetQueueAttributes",   "StartMessageMoveTask",  "TagQueue",    "UntagQueue"};

bool can_be_granted(const std::string& action) {
  constexpr std::string_view kActions[] = {
      "*",           "ChangeMessageVisibility",    "DeleteMessage", "GetQueueAttributes",
      "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue",    "ReceiveMessage",
      "SendMessage"};
  return std::find(std::begin(kActions), std::end(kActions), action) != std::end(kActions);
}

AwsError wrong_parameter(const std::string& value, const std::string& name, const std::string& why) {
  return kInvalidParameter("Value " + value + " for parameter " + name + " is invalid. Reason: " + why);
}

void check(const Permission& p) {
  constexpr std::string_view kLabel = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  if (p.label.empty()) throw kMissingParameter("The request must contain the parameter Label.");
  if (p.label.size() > 80 || p.label.find_first_not_of(kLabel) != std::string::npos)
    throw wrong_parameter(
        p.label, "Label",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  if (p.actions.empty()) throw kMissingParameter("The request must contain the parameter Actions.");
  const auto is_account = [](const std::string& id) {
    return id.size() == 12 && id.find_first_not_of("0123456789") == std::string::npos;
  };
  if (p.accounts.empty() || !std::all_of(p.accounts.begin(), p.accounts.end(), is_account))
    throw wrong_parameter("[" + join(p.accounts, ", ") + "]", "PrincipalId", "Unable to verify.");
  if (p.actions.size() > kMaxActions)
    throw kOverLimit(std::to_string(p.actions.size()) + " Actions were found, maximum allowed is 7.");
  for (const std::string& action : p.actions)
    if (!can_be_granted(action))
      throw wrong_parameter("SQS:" + action, "ActionName",
                            std::find(std::begin(kOfOwner), std::end(kOfOwner), action) != std::end(kOfOwner)
                                ? "Only the queue owner is allowed to invoke this action."
                                : "Please refer to the appropriate WSDL for a list of valid actions.");
}

/// One text stands alone, several are a list.
Value texts(std::vector<std::string> values) {
  if (values.size() == 1) return Value(std::move(values[0]));
  List out;
  for (std::string& v : values) out.push_back(Value(std::move(v)));
  return Value(std::move(out));
}

/// The statements of a policy as a list that can be edited.
List& statements_of(Value& policy) {
  Value& all = policy.map()["Statement"];
  if (!all.is_list()) all = all.is_null() ? Value(List{}) : Value(List{all});
  return all.list();
}

}  // namespace

void check_policy(const std::string& text, bool creating) {
  if (text.size() > kMaxPolicyBytes || !policy::why_malformed(text, policy::Kind::resource).empty())
    throw invalid();
  std::string too_much = excess(*wire::parse_json(text));
  if (too_much.empty()) return;
  if (creating) throw kInvalidParameter(std::move(too_much));
  throw kOverLimit(std::move(too_much));
}

std::string with_permission(const std::string& policy, const std::string& queue_arn,
                            const Permission& added) {
  check(added);
  Value document(
      Map{{"Version", "2008-10-17"}, {"Id", queue_arn + "/SQSDefaultPolicy"}, {"Statement", Value(List{})}});
  if (!policy.empty()) document = *wire::parse_json(policy);
  List& statements = statements_of(document);
  for (const Value& s : statements)
    if (s.text_or("Sid") == added.label) throw wrong_parameter(added.label, "Label", "Already exists.");
  if (statements.size() >= kMaxStatements)
    throw kOverLimit(std::to_string(statements.size() + 1) +
                     " Statements were found, maximum allowed is 20.");
  std::vector<std::string> principals, actions;
  for (const std::string& id : added.accounts) principals.push_back("arn:aws:iam::" + id + ":root");
  for (const std::string& action : added.actions) actions.push_back("SQS:" + action);
  statements.push_back(Value(Map{{"Sid", added.label},
                                 {"Effect", "Allow"},
                                 {"Principal", Value(Map{{"AWS", texts(std::move(principals))}})},
                                 {"Action", texts(std::move(actions))},
                                 {"Resource", queue_arn}}));
  std::string text = wire::to_json(document);
  check_policy(text, false);
  return text;
}

std::string without_permission(const std::string& policy, const std::string& label) {
  if (label.empty()) throw kMissingParameter("The request must contain the parameter Label.");
  Value document = policy.empty() ? Value(Map{}) : *wire::parse_json(policy);
  List& statements = statements_of(document);
  const std::size_t before = statements.size();
  std::erase_if(statements, [&](const Value& s) { return s.text_or("Sid") == label; });
  if (statements.size() == before) throw wrong_parameter(label, "Label", "can't find label.");
  return statements.empty() ? std::string() : wire::to_json(document);
}

}  // namespace puddle::sqs
