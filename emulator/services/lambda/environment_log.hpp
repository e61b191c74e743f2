// EnvironmentLog: what one execution environment says, in the function's log format, on its way to its stream
// in CloudWatch Logs. Lines are handed to the stream when an invocation ends, every half second while one
// runs, and when many have gathered; the invocation's own lines are kept for LogType Tail. Engine thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "ports/loop.hpp"
#include "ports/platform_event.hpp"
#include "services/lambda/log_writer.hpp"
#include "services/lambda/model.hpp"

namespace puddle::lambda {

class EnvironmentLog : public std::enable_shared_from_this<EnvironmentLog> {
 public:
  EnvironmentLog(Loop& loop, std::shared_ptr<LogStream> stream, const LoggingConfig& config);
  void output(std::string line);
  void platform(const PlatformEvent& event);
  /// A line that text logs have and JSON logs do not.
  void text_only(std::string line);
  /// From here on lines belong to the invocation.
  void begin() { tail_.clear(), in_invocation_ = true; }
  /// The invocation's lines, the last 4 KB of them, each ended by '\n'; hands everything to the stream.
  std::string end();
  void flush();
  /// Hands over what there is and takes nothing more: the emulator stops.
  void close() { flush(), closed_ = true; }
  const LogStream& stream() const { return *stream_; }

 private:
  void add(std::string line);
  Loop& loop_;
  std::shared_ptr<LogStream> stream_;
  bool json_ = false, in_invocation_ = false, closed_ = false;
  PlatformEvent::Level level_ = PlatformEvent::Level::info;
  std::vector<LogLine> lines_;
  std::size_t bytes_ = 0;
  std::string tail_;
  Loop::TimerId timer_ = 0;
};

}  // namespace puddle::lambda
