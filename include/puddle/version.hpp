// The version of the library and of the `puddle` binary.
#pragma once

namespace puddle {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace puddle
