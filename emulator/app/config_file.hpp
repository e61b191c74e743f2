// Settings from a YAML file (config/puddle.yaml shows all of them) and from the environment names that users
// of other emulators have set already. Flags win over the environment, the environment over the file.
#pragma once
#include <string>

#include "app/flags.hpp"
#include "base/result.hpp"
#include "puddle/config.hpp"

namespace puddle {

/// Applies the file's settings, which are the flags of `puddle up` with the same checks. The error is
/// "file:line: message"; an unknown setting is one.
Result<bool> apply_config_file(const std::string& path, UpOptions& options);
/// Applies EDGE_PORT, GATEWAY_LISTEN, ENFORCE_IAM, IAM_SOFT_MODE, PERSISTENCE, SMTP_HOST ...
/// (docs/configuration.md).
void apply_foreign_environment(Config& config);

}  // namespace puddle
