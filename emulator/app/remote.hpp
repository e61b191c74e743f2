// What the small subcommands of `puddle` ask of a running daemon over HTTP. Blocking; their own process.
#pragma once
#include <string>
#include <vector>

namespace puddle {

struct Remote {
  std::string endpoint = "http://127.0.0.1:4566";

  int ready(bool wait, double timeout_seconds) const;
  int inbox() const;
  /// Prints the messages of a queue (a name or a URL) without taking any.
  int messages(const std::string& queue, bool invisible, bool delayed) const;
  int env() const;
  /// Replaces this process by the AWS CLI with --endpoint-url, since CLI v1 ignores AWS_ENDPOINT_URL for sqs.
  int aws(std::vector<std::string> arguments) const;
};

}  // namespace puddle
