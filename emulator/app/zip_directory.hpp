// A directory as a zip archive in memory: what `aws cloudformation package` makes of a local Code path. The
// same files give the same bytes. Fails with a message that names the path.
#pragma once
#include <string>

#include "base/result.hpp"

namespace puddle {

Result<std::string> zip_directory(const std::string& path);

}  // namespace puddle
