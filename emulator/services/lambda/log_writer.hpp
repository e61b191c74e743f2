// LogStream: the CloudWatch Logs stream of one environment. Lines are written in order, as the function's
// role, which must be allowed to: a role without logs permissions has no logs, as on AWS. Not durable before
// the answer: as on AWS, logs come a little later. Engine thread.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "aws/client.hpp"
#include "runtime/task.hpp"

namespace puddle::lambda {

struct LogLine {
  Time at;
  std::string text;
};

class LogStream : public std::enable_shared_from_this<LogStream> {
 public:
  LogStream(Client& client, TaskGroup& tasks, Principal writer, std::string region, std::string group,
            std::string stream)
      : client_(client),
        tasks_(tasks),
        writer_(std::move(writer)),
        region_(std::move(region)),
        group_(std::move(group)),
        stream_(std::move(stream)) {}
  void write(std::vector<LogLine> lines);
  const std::string& group() const { return group_; }
  const std::string& name() const { return stream_; }

 private:
  static Task<> drain(std::shared_ptr<LogStream> self);
  /// The error's code, or empty.
  Task<std::string> call(std::string operation, wire::Map input);
  Task<bool> create();
  Client& client_;
  TaskGroup& tasks_;
  Principal writer_;
  std::string region_, group_, stream_;
  std::deque<LogLine> waiting_;
  bool running_ = false, created_ = false, denied_ = false;
};

}  // namespace puddle::lambda
