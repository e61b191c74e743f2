// ConcurrencyCounts: how many invocations run, against the account's and the functions' limits. Numbers only;
// the environments are in environments.hpp. Engine thread.
//
// As AWS: a function with reserved concurrency has exactly that much; the others share what is left of the
// account's limit. An invocation that waits for an environment of this machine counts as running.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/lambda/limits.hpp"

namespace puddle::lambda {

class ConcurrencyCounts {
 public:
  /// function_arn: without a qualifier; versions and aliases share one limit. No value: none is reserved.
  void set_reserved(const std::string& function_arn, std::optional<int> reserved);
  /// Counts an invocation; the Reason of TooManyRequestsException when there is no room for it.
  std::optional<std::string_view> begin(const std::string& function_arn);
  void end(const std::string& function_arn);
  int in_flight(const std::string& function_arn) const;
  void clear() { functions_.clear(), scopes_.clear(); }

  ConcurrencyCounts() = default;
  ConcurrencyCounts(const ConcurrencyCounts&) = delete;
  ConcurrencyCounts& operator=(const ConcurrencyCounts&) = delete;

  /// An invocation that was begun, as long as it lives; it may outlive the counts, when the emulator ends
  /// while it waits.
  class Running {
   public:
    Running(ConcurrencyCounts& counts, std::string function_arn)
        : counts_(counts.self_), arn_(std::move(function_arn)) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
      if (const auto counts = counts_.lock()) (*counts)->end(arn_);
    }

   private:
    std::weak_ptr<ConcurrencyCounts*> counts_;
    std::string arn_;
  };

 private:
  struct Entry {
    std::optional<int> reserved;
    int running = 0;
  };
  struct Scope {
    int reserved = 0, unreserved_running = 0;
  };
  std::map<std::string, Entry, std::less<>> functions_;
  std::map<std::string, Scope, std::less<>> scopes_;  // by account and region
  std::shared_ptr<ConcurrencyCounts*> self_ = std::make_shared<ConcurrencyCounts*>(this);
};

/// The ARN of the function that an ARN with a qualifier belongs to.
std::string unqualified(std::string_view arn);

}  // namespace puddle::lambda
