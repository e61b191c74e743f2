// Bytes: a blob, kept apart from text so that codecs know what to base64.
#pragma once
#include <string>
#include <utility>

namespace puddle {

struct Bytes {
  std::string data;
  Bytes() = default;
  explicit Bytes(std::string d) : data(std::move(d)) {}
  bool operator==(const Bytes&) const = default;
};

}  // namespace puddle
