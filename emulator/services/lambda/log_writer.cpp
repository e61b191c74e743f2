#include "services/lambda/log_writer.hpp"

#include "base/log.hpp"
#include "services/lambda/limits.hpp"

namespace puddle::lambda {

using wire::List;
using wire::Map;
using wire::Value;

void LogStream::write(std::vector<LogLine> lines) {
  if (denied_) return;
  for (LogLine& line : lines) waiting_.push_back(std::move(line));
  while (waiting_.size() > kMaxWaitingLogLines) waiting_.pop_front();
  if (running_ || waiting_.empty()) return;
  running_ = true;
  tasks_.spawn(drain(shared_from_this()));
}

Task<std::string> LogStream::call(std::string operation, Map input) {
  input["logGroupName"] = Value(group_);
  if (operation != "CreateLogGroup") input["logStreamName"] = Value(stream_);
  ClientCall request;
  request.service = "logs";
  request.operation = std::move(operation);
  request.input = Value(std::move(input));
  request.principal = writer_;
  request.account = writer_.account;
  request.region = region_;
  std::string problem;
  try {
    Task<Value> work = client_.call(std::move(request));
    co_await std::move(work);
  } catch (const AwsError& e) {
    problem = e.code() == "ResourceAlreadyExistsException" ? std::string() : e.code() + ": " + e.message();
  }
  co_return std::move(problem);
}

Task<bool> LogStream::create() {
  for (const char* operation : {"CreateLogGroup", "CreateLogStream"}) {
    std::string name = operation;
    Map nothing;
    Task<std::string> work = call(std::move(name), std::move(nothing));
    const std::string problem = co_await std::move(work);
    // A role may be allowed to write to a group that somebody else creates: the group's refusal alone decides
    // nothing.
    if (problem.empty() || name == "CreateLogGroup") continue;
    PUDDLE_LOG(warn, "lambda", "no logs in " + group_ + ": " + problem);
    co_return false;
  }
  co_return true;
}

Task<> LogStream::drain(std::shared_ptr<LogStream> self) {
  if (!self->created_) {
    Task<bool> work = self->create();
    self->created_ = co_await std::move(work);
    self->denied_ = !self->created_;
  }
  while (!self->denied_ && !self->waiting_.empty()) {
    List events;
    std::size_t bytes = 0;
    while (!self->waiting_.empty() && events.size() < kMaxLogLines && bytes < kMaxLogBytes) {
      LogLine& line = self->waiting_.front();
      bytes += line.text.size() + 26;
      Map event{{"timestamp", Value(to_millis(line.at))}, {"message", Value(std::move(line.text))}};
      events.emplace_back(std::move(event));
      self->waiting_.pop_front();
    }
    Map input{{"logEvents", Value(std::move(events))}};
    Task<std::string> work = self->call("PutLogEvents", std::move(input));
    const std::string problem = co_await std::move(work);
    if (problem.empty()) continue;
    PUDDLE_LOG(warn, "lambda", "log lines of " + self->group_ + " are lost: " + problem);
    // Somebody deleted the group or the stream: the next lines create it again.
    if (problem.starts_with("ResourceNotFoundException")) self->created_ = false;
    break;
  }
  if (self->denied_) self->waiting_.clear();
  self->running_ = false;
}

}  // namespace puddle::lambda
