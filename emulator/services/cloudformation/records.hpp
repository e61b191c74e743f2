// Rows of stacks, resources and events <-> structs. All SQL of CloudFormation. Engine thread; throws
// StoreError.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/principal.hpp"
#include "store/store.hpp"
#include "wire/value.hpp"

namespace puddle::cloudformation {

struct Stack {
  std::string id, account, region, name, status, reason, template_text;
  wire::Value parameters, tags, capabilities, outputs;
  Principal principal;
  std::string on_failure = "ROLLBACK";
  Time created{}, deleted{};
};

struct Resource {
  std::string stack_id, logical_id;
  std::int64_t seq = 0;
  std::string type, physical_id, status, reason;
  wire::Value properties, attributes;
  Time at{};
};

struct Event {
  std::string stack_id, event_id, logical_id, physical_id, type, status, reason, properties;
  Time at{};
};

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}
  void insert(const Stack& stack);
  void update(const Stack& stack);  ///< status, reason, outputs, deleted
  std::optional<Stack> by_id(std::string_view id) const;
  /// The live stack of that name.
  std::optional<Stack> by_name(std::string_view account, std::string_view region,
                               std::string_view name) const;
  /// Newest first, deleted ones included.
  std::vector<Stack> all(std::string_view account, std::string_view region) const;
  void put(const Resource& resource);
  std::vector<Resource> resources(std::string_view stack_id) const;  ///< in order of creation
  void add(const Event& event);
  std::vector<Event> events(std::string_view stack_id, std::size_t offset,
                            std::size_t limit) const;  ///< newest first

 private:
  Store& store_;
};

}  // namespace puddle::cloudformation
