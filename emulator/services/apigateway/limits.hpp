// Quotas of API Gateway as data.
#pragma once
#include <cstddef>

#include "base/time.hpp"

namespace puddle::apigateway {

inline constexpr std::size_t kMaxApis = 600;
inline constexpr std::size_t kMaxResources = 300;
inline constexpr std::size_t kMaxStages = 10;
inline constexpr std::size_t kMaxDeployments = 500;
inline constexpr std::size_t kMaxVariables = 100;
inline constexpr std::size_t kMaxTemplate = 300 * 1024;
inline constexpr std::size_t kMaxPayload = 10 * 1024 * 1024;
inline constexpr std::size_t kMaxLogText = 1024;  ///< of one value in a test's log
inline constexpr Duration kMinTimeout{50};
inline constexpr Duration kMaxTimeout{29'000};

}  // namespace puddle::apigateway
