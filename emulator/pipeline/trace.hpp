// Trace: the latest calls, for `/_puddle/trace`. Written by every call, so nothing is formatted before it is
// asked for and the room of an old entry is used again. Engine thread; nothing fails.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/call.hpp"
#include "wire/codec.hpp"

namespace puddle {

struct TraceEntry {
  Time at;
  std::string_view service, operation;  ///< of the services' tables, which outlive the trace
  std::string request_id, account, region, principal, error_code, error_message;
  int status = 200;
};

class Trace {
 public:
  explicit Trace(std::size_t limit) : limit_(limit) {}
  void record(std::string_view service, std::string_view operation, const Call& call,
              const wire::Fault* fault) {
    if (limit_ == 0) return;
    if (entries_.size() < limit_) entries_.emplace_back();
    TraceEntry& e = entries_[next_];
    next_ = (next_ + 1) % limit_;
    e.at = call.now;
    e.service = service;
    e.operation = operation;
    e.request_id = call.request_id;
    e.account = call.account;
    e.region = call.region;
    e.principal = call.principal.arn;
    e.status = fault ? fault->status : 200;
    e.error_code = fault ? fault->code : std::string();
    e.error_message = fault ? fault->message : std::string();
  }
  /// Newest first, at most `count`.
  void newest(std::size_t count, const std::function<void(const TraceEntry&)>& entry) const {
    for (std::size_t i = 1; i <= entries_.size() && i <= count; ++i)
      entry(entries_[(next_ + limit_ - i) % limit_]);
  }

 private:
  std::size_t limit_;
  std::size_t next_ = 0;  // where the next call is written
  std::vector<TraceEntry> entries_;
};

}  // namespace puddle
