#include "services/lambda/concurrency.hpp"

#include "base/text.hpp"

namespace puddle::lambda {
namespace {

/// "us-east-1:000000000000".
std::string scope_of(std::string_view arn) {
  const auto parts = split(arn, ':');
  return parts.size() < 5 ? std::string() : std::string(parts[3]) + ":" + std::string(parts[4]);
}

}  // namespace

std::string unqualified(std::string_view arn) {
  const auto parts = split(arn, ':');
  if (parts.size() < 8) return std::string(arn);
  return std::string(arn.substr(0, arn.size() - parts[7].size() - 1));
}

void ConcurrencyCounts::set_reserved(const std::string& arn, std::optional<int> reserved) {
  const auto known = functions_.find(arn);
  if (known == functions_.end() ? !reserved : known->second.reserved == reserved) return;
  Entry& e = functions_[arn];
  Scope& scope = scopes_[scope_of(arn)];
  scope.reserved += reserved.value_or(0) - e.reserved.value_or(0);
  if (e.reserved.has_value() != reserved.has_value())
    scope.unreserved_running += reserved ? -e.running : e.running;
  e.reserved = reserved;
  if (!e.reserved && e.running == 0) functions_.erase(arn);
}

std::optional<std::string_view> ConcurrencyCounts::begin(const std::string& arn) {
  const auto it = functions_.find(arn);
  if (it != functions_.end() && it->second.reserved) {
    if (it->second.running >= *it->second.reserved)
      return "ReservedFunctionConcurrentInvocationLimitExceeded";
    ++it->second.running;
    return {};
  }
  Scope& scope = scopes_[scope_of(arn)];
  if (scope.unreserved_running >= kAccountConcurrency - scope.reserved)
    return "ConcurrentInvocationLimitExceeded";
  ++scope.unreserved_running;
  ++functions_[arn].running;
  return {};
}

void ConcurrencyCounts::end(const std::string& arn) {
  const auto it = functions_.find(arn);
  if (it == functions_.end()) return;  // cleared meanwhile
  --it->second.running;
  if (it->second.reserved) return;
  --scopes_[scope_of(arn)].unreserved_running;
  if (it->second.running == 0) functions_.erase(it);
}

int ConcurrencyCounts::in_flight(const std::string& arn) const {
  const auto it = functions_.find(arn);
  return it == functions_.end() ? 0 : it->second.running;
}

}  // namespace puddle::lambda
