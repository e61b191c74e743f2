// Limits of SNS, as AWS documents them unless said otherwise.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace puddle::sns {

inline constexpr std::size_t kTopicNameLength = 256;
inline constexpr std::size_t kMessageBytes = 262'144;  // attributes included
inline constexpr std::size_t kSubjectLength = 100;
inline constexpr std::size_t kDisplayNameLength = 100;
inline constexpr std::size_t kEndpointLength = 2048;
inline constexpr std::size_t kPolicyBytes = 30'720;
inline constexpr std::size_t kAttributeNameLength = 256;
inline constexpr std::size_t kRawAttributes = 10;  // of a raw message to SQS
inline constexpr std::size_t kPageSize = 100;
inline constexpr std::size_t kBatchEntries = 10;
inline constexpr std::size_t kBatchIdLength = 80;
inline constexpr std::size_t kTags = 50;
inline constexpr std::size_t kTopics = 100'000;
inline constexpr std::size_t kSubscriptionsPerTopic = 10'000;  // ours: AWS allows 12,500,000
inline constexpr Duration kTokenLifetime = std::chrono::hours(48);
inline constexpr Duration kPendingLifetime = std::chrono::hours(72);

}  // namespace puddle::sns
