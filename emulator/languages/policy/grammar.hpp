// Validation of policy documents as IAM does it when they are stored. Pure functions; any thread.
#pragma once
#include <string>
#include <string_view>

namespace puddle::policy {

enum class Kind { identity, trust, resource };

/// Empty when the document is valid, else AWS's message for MalformedPolicyDocument.
std::string why_malformed(std::string_view text, Kind kind);

}  // namespace puddle::policy
