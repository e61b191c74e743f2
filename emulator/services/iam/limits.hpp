// IAM's quotas. Sizes count characters without white space.
#pragma once
#include <cstddef>

namespace puddle::iam {

inline constexpr std::size_t kMaxRoles = 1000;
inline constexpr std::size_t kMaxUsers = 5000;
inline constexpr std::size_t kMaxPolicies = 1500;
inline constexpr std::size_t kMaxAttached = 10;
inline constexpr std::size_t kMaxVersions = 5;
inline constexpr std::size_t kMaxAccessKeys = 2;
inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::size_t kMaxPolicySize = 6144;
inline constexpr std::size_t kMaxTrustSize = 2048;
inline constexpr std::size_t kMaxRoleInline = 10'240;
inline constexpr std::size_t kMaxUserInline = 2048;

}  // namespace puddle::iam
