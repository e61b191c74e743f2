// Placeholders: ExpressionAttributeNames and ExpressionAttributeValues of one request. They are shared by all
// its expressions, which mark what they used. Throws Error with AWS's texts.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/value.hpp"

namespace puddle::expression {

class Placeholders {
 public:
  Placeholders() = default;
  /// Names: a map of "#a" -> text; values: a map of ":v" -> AttributeValue in normal form; null when not
  /// given. Throws when a map is empty or a key malformed. The contents of the values are the caller's to
  /// check, before or after.
  Placeholders(wire::Value names, wire::Value values);

  /// With their sign. nullptr when undefined; what is found counts as used.
  const std::string* name(std::string_view placeholder);
  const wire::Value* value(std::string_view placeholder);
  /// To be called after every expression was bound.
  void check_unused() const;
  wire::Value& values() { return values_.entries(); }

 private:
  class Table {  ///< one of the two maps
   public:
    Table() = default;
    Table(wire::Value entries, std::string_view parameter, char sign);
    const wire::Value* use(std::string_view placeholder);
    void check_unused() const;
    wire::Value& entries() { return entries_; }

   private:
    wire::Value entries_;
    std::string_view parameter_;
    std::vector<bool> used_;
    std::unordered_map<std::string, std::size_t> by_key_;  ///< only when there are many
  };
  Table names_, values_;
};

}  // namespace puddle::expression
