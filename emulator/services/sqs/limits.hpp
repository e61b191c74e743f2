// Limits of SQS, as AWS documents them.
#pragma once
#include <cstdint>

#include "base/time.hpp"

namespace puddle::sqs {

inline constexpr std::int64_t kMaxMessageBytes = 1'048'576;
inline constexpr std::int64_t kMaxDelaySeconds = 900;
inline constexpr std::int64_t kMaxVisibilitySeconds = 43'200;
inline constexpr std::int64_t kMaxWaitSeconds = 20;
inline constexpr std::int64_t kMaxReceive = 10;
inline constexpr std::size_t kMaxBatch = 10;
inline constexpr std::size_t kMaxMessageAttributes = 10;
inline constexpr std::size_t kMaxAttributeNameBytes = 256;
inline constexpr std::size_t kMaxAttributeTypeBytes = 256;
inline constexpr std::size_t kMaxInFlight = 120'000;
inline constexpr std::size_t kMaxInFlightFifo = 20'000;
inline constexpr std::size_t kMaxIdLength = 128;  ///< of group, deduplication and attempt ids
inline constexpr Duration kDeduplicationWindow = std::chrono::minutes(5);
inline constexpr Duration kAttemptWindow = std::chrono::minutes(5);
inline constexpr std::int64_t kMaxMoveRate = 500;
inline constexpr std::size_t kMaxMoveTasks = 100;  ///< running at a time in an account
inline constexpr Duration kMaxMoveTime = std::chrono::hours(36);
inline constexpr std::size_t kMaxTags = 50;

}  // namespace puddle::sqs
