// Deploys the template of `puddle up`: local code directories are zipped on the way, the stack is created
// through CloudFormation like any other, and what a person wants to know of it is printed.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "aws/client.hpp"
#include "aws/service.hpp"
#include "runtime/task.hpp"

namespace puddle {

struct DeployRequest {
  std::string template_file;
  std::string stack_name;
  std::map<std::string, std::string> parameters;
  bool replace = false;  ///< delete an existing stack of that name first
};

struct DeployOutcome {
  bool good = false;
  std::string message;  ///< why not, with file:line where there is one
  std::string
      api_url;  ///< "http://127.0.0.1:4566/_aws/execute-api/ID/STAGE/path" of the first POST method, or empty
};

/// A template as it is sent: local code zipped in. Fails with "file:line: message".
struct PackagedTemplate {
  std::string text;
  std::string text_without_code;                 ///< to tell a changed template from changed code
  std::map<std::string, std::string> functions;  ///< logical id -> zip
};
Result<PackagedTemplate> package_template(const std::string& file);

Task<DeployOutcome> deploy_template(Client& client, Loop& loop, const Settings& settings,
                                    DeployRequest request, PackagedTemplate packaged);

}  // namespace puddle
