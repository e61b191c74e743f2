// Object: a value while a template runs. Lists and maps have identity (add and put change what others see),
// so they live in the Heap of one rendering and Objects point to them: cycles are harmless and everything
// dies together.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "wire/value.hpp"

namespace puddle::vtl {

struct ListObject;
struct MapObject;
struct Block;

/// An unresolved reference, or null: both print nothing.
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
enum class Builtin { input, util };

using Object = std::variant<Nothing, bool, std::int64_t, double, std::string, ListObject*, MapObject*,
                            Builtin, const Block*>;

struct ListObject {
  std::vector<Object> items;
  bool json = false;  ///< from JSON: prints as JSON; else in Java's form
};

struct MapObject {
  std::vector<std::pair<std::string, Object>> entries;  ///< in order of insertion
  bool hidden = false;                                  ///< maps inside $context print nothing
  const Object* find(std::string_view key) const;
  Object* find(std::string_view key);
};

/// Thrown where a rendering fails; render() turns it into a Failure.
struct RenderError {
  std::string message;
};

/// Owns the lists and maps of a rendering and counts what it uses.
class Heap {
 public:
  Heap(std::size_t steps, std::size_t bytes) : steps_(steps), bytes_(bytes) {}
  ListObject* list();
  MapObject* map();
  Object from(const wire::Value& value, std::size_t depth = 0);
  void step();
  void spend(std::size_t bytes);

 private:
  std::deque<ListObject> lists_;
  std::deque<MapObject> maps_;
  std::size_t steps_, bytes_;
};

/// As a reference prints it. Appends; throws RenderError when nested too deeply or larger than limit.
void print(std::string& out, const Object& value, std::size_t limit);
std::string printed(const Object& value, std::size_t limit);
void print_json(std::string& out, const Object& value, std::size_t limit, std::size_t depth = 0);
wire::Value to_value(const Object& value, std::size_t depth = 0);
std::string print_number(double value);  ///< as Java's Double.toString
bool is_nothing(const Object& value);
bool truth(const Object& value);
bool same(const Object& a, const Object& b, std::size_t limit);

}  // namespace puddle::vtl
