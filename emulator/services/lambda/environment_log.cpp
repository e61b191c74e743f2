#include "services/lambda/environment_log.hpp"

#include <algorithm>

#include "services/lambda/limits.hpp"

namespace puddle::lambda {
namespace {

constexpr Duration kFlushEvery = std::chrono::milliseconds(500);

}  // namespace

EnvironmentLog::EnvironmentLog(Loop& loop, std::shared_ptr<LogStream> stream, const LoggingConfig& config)
    : loop_(loop), stream_(std::move(stream)), json_(config.format == "JSON") {
  if (config.system_level == "DEBUG") level_ = PlatformEvent::Level::debug;
  if (config.system_level == "WARN") level_ = PlatformEvent::Level::warn;
}

void EnvironmentLog::output(std::string line) {
  // An event has at least one character; one without any would cost the whole batch.
  if (line.empty()) line = "\n";
  add(std::move(line));
}

void EnvironmentLog::platform(const PlatformEvent& event) {
  if (!json_) {
    if (!event.text.empty()) add(event.text);
  } else if (event.level >= level_) {
    add(to_json(event, loop_.now()));
  }
}

void EnvironmentLog::text_only(std::string line) {
  if (!json_) add(std::move(line));
}

void EnvironmentLog::add(std::string line) {
  if (closed_) return;
  if (in_invocation_) {
    tail_ += line;
    if (line != "\n") tail_ += '\n';
    if (tail_.size() > 8 * kLogTail) tail_.erase(0, tail_.size() - kLogTail);
  }
  bytes_ += line.size();
  lines_.push_back({loop_.now(), std::move(line)});
  if (lines_.size() >= kMaxLogLines || bytes_ >= kMaxLogBytes) return flush();
  if (timer_) return;
  // The timer keeps the log: the environment that said its last may be gone by then.
  timer_ = loop_.at(loop_.now() + kFlushEvery, [self = shared_from_this()] {
    self->timer_ = 0;
    self->flush();
  });
}

std::string EnvironmentLog::end() {
  in_invocation_ = false;
  flush();
  if (tail_.size() > kLogTail) tail_.erase(0, tail_.size() - kLogTail);
  return std::exchange(tail_, {});
}

void EnvironmentLog::flush() {
  if (timer_) loop_.cancel(std::exchange(timer_, 0));
  bytes_ = 0;
  if (!lines_.empty()) stream_->write(std::exchange(lines_, {}));
}

}  // namespace puddle::lambda
