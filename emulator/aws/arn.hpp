// Arn: Amazon resource names, and the small texts built from them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace puddle {

struct Arn {
  std::string partition = "aws";
  std::string service, region, account, resource;
  /// "arn:partition:service:region:account:resource"; nothing when there are fewer than six parts or no
  /// "arn".
  static std::optional<Arn> parse(std::string_view text);
  std::string str() const;
  bool operator==(const Arn&) const = default;
};

std::string make_arn(std::string_view service, std::string_view region, std::string_view account,
                     std::string_view resource);

}  // namespace puddle
