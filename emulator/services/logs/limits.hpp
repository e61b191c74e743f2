// Limits of CloudWatch Logs, as AWS has them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace puddle::logs {

inline constexpr std::size_t kMaxBatchEvents = 10'000;
inline constexpr std::size_t kMaxBatchBytes = 1'048'576;
inline constexpr std::size_t kEventOverhead = 26;
inline constexpr std::size_t kMaxEventBytes = 1'048'576;
inline constexpr std::size_t kMaxPageBytes = 1'048'576;
inline constexpr std::size_t kMaxTags = 50;
inline constexpr Duration kMaxSpan = std::chrono::hours(24);
inline constexpr Duration kMaxAge = std::chrono::hours(24 * 14);
inline constexpr Duration kMaxFuture = std::chrono::hours(2);
inline constexpr std::array<int, 22> kRetentionDays = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

}  // namespace puddle::logs
