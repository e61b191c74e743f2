#include "aws/arn.hpp"

#include "base/text.hpp"

namespace puddle {

std::optional<Arn> Arn::parse(std::string_view text) {
  Arn arn;
  std::string* const parts[] = {nullptr, &arn.partition, &arn.service, &arn.region, &arn.account};
  for (std::string* part : parts) {
    const auto pieces = cut(text, ":");
    if (!pieces) return std::nullopt;
    if (part)
      *part = std::string(pieces->first);
    else if (pieces->first != "arn")
      return std::nullopt;
    text = pieces->second;
  }
  if (text.empty() || arn.service.empty()) return std::nullopt;
  arn.resource = std::string(text);
  return arn;
}

std::string Arn::str() const {
  return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
}

std::string make_arn(std::string_view service, std::string_view region, std::string_view account,
                     std::string_view resource) {
  std::string out = "arn:aws:";
  for (const std::string_view part : {service, region, account}) {
    out += part;
    out += ':';
  }
  out += resource;
  return out;
}

}  // namespace puddle
