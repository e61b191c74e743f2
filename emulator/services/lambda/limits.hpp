// Limits of Lambda, as AWS has them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace puddle::lambda {

inline constexpr std::size_t kMaxZipBytes = 52'428'800;
inline constexpr std::uint64_t kMaxUnzippedBytes = 262'144'000;
inline constexpr std::size_t kMaxZipEntries = 50'000;
inline constexpr std::size_t kMaxSyncPayload = 6'291'456;  ///< of a request
inline constexpr std::size_t kMaxAsyncPayload = 1'048'576;
inline constexpr std::size_t kMaxEnvironmentBytes = 4096;
inline constexpr std::size_t kMaxLogLines = 10'000;  ///< of one invocation, kept for CloudWatch Logs
inline constexpr std::size_t kMaxLogBytes = 900'000;
inline constexpr std::size_t kMaxWaitingLogLines = 100'000;
inline constexpr std::size_t kMaxProvisioned = 64;  ///< provisioned environments on this machine
inline constexpr std::size_t kMaxFunctionTimeout = 900;
inline constexpr std::size_t kMaxMemory = 10'240;
inline constexpr std::size_t kMaxPolicyBytes = 20'480;
inline constexpr std::size_t kLogTail = 4096;
inline constexpr int kAccountConcurrency = 1000;
inline constexpr int kMinUnreserved = 100;
inline constexpr int kMaxSqsPollers = 5;
inline constexpr int kAsyncAttempts = 3;

}  // namespace puddle::lambda
