// Methods of lists, maps and numbers. An unknown method is an unresolved reference: it prints nothing.
#include <algorithm>
#include <cmath>

#include "languages/vtl/renderer.hpp"

namespace puddle::vtl {

Object Renderer::call(const Object& owner, const std::string& name, std::vector<Object>& arguments) {
  if (const auto* b = std::get_if<Builtin>(&owner))
    return *b == Builtin::input ? input_method(name, arguments) : util_method(name, arguments);
  if (name == "toString" && arguments.empty()) return text(owner);
  if (name == "equals" && arguments.size() == 1)
    return owner.index() == arguments[0].index() && same(owner, arguments[0], limits_.output_bytes);
  if (const auto* s = std::get_if<std::string>(&owner)) return string_method(*s, name, arguments);
  if (auto* const* list = std::get_if<ListObject*>(&owner)) return list_method(**list, name, arguments);
  if (auto* const* map = std::get_if<MapObject*>(&owner)) return map_method(**map, name, arguments);
  return number_method(owner, name, arguments);
}

Object Renderer::list_method(ListObject& list, const std::string& name, std::vector<Object>& arguments) {
  const std::size_t n = arguments.size();
  const auto size = static_cast<std::int64_t>(list.items.size());
  const auto position = [&](const Object& at, std::int64_t end) {
    const auto* i = std::get_if<std::int64_t>(&at);
    if (!i || *i < 0 || *i >= end) throw RenderError{"An index is outside of its list."};
    return list.items.begin() + static_cast<std::ptrdiff_t>(*i);
  };
  const auto where = [&](const Object& what) {
    return std::find_if(list.items.begin(), list.items.end(), [&](const Object& o) {
      return o.index() == what.index() && same(o, what, limits_.output_bytes);
    });
  };
  if (name == "size" && n == 0) return size;
  if (name == "isEmpty" && n == 0) return size == 0;
  if (name == "get" && n == 1) return *position(arguments[0], size);
  if (name == "contains" && n == 1) return where(arguments[0]) != list.items.end();
  if (name == "indexOf" && n == 1) {
    const auto it = where(arguments[0]);
    return it == list.items.end() ? std::int64_t{-1} : static_cast<std::int64_t>(it - list.items.begin());
  }
  heap_.spend(sizeof(Object));
  if (name == "add" && n == 1) {
    list.items.push_back(arguments[0]);
    return true;
  }
  if (name == "add" && n == 2) {
    list.items.insert(position(arguments[0], size + 1), arguments[1]);
    return Nothing{};
  }
  if (name == "addAll" && n == 1) {
    auto* const* other = std::get_if<ListObject*>(&arguments[0]);
    if (!other) return Nothing{};
    const std::vector<Object> copy = (*other)->items;
    heap_.spend(copy.size() * sizeof(Object));
    list.items.insert(list.items.end(), copy.begin(), copy.end());
    return !copy.empty();
  }
  if (name == "set" && n == 2) return std::exchange(*position(arguments[0], size), arguments[1]);
  if (name == "remove" && n == 1) {
    if (std::holds_alternative<std::int64_t>(arguments[0])) {
      const auto it = position(arguments[0], size);
      Object old = *it;
      list.items.erase(it);
      return old;
    }
    const auto it = where(arguments[0]);
    if (it == list.items.end()) return false;
    list.items.erase(it);
    return true;
  }
  if (name == "clear" && n == 0) list.items.clear();
  return Nothing{};
}

Object Renderer::map_method(MapObject& map, const std::string& name, std::vector<Object>& arguments) {
  const std::size_t n = arguments.size();
  const std::string key =
      n > 0 && !std::holds_alternative<MapObject*>(arguments[0]) ? text(arguments[0]) : std::string();
  if (name == "size" && n == 0) return static_cast<std::int64_t>(map.entries.size());
  if (name == "isEmpty" && n == 0) return map.entries.empty();
  if (name == "get" && n == 1) return property(Object(&map), key);
  if (name == "getOrDefault" && n == 2) return map.find(key) ? *map.find(key) : arguments[1];
  if (name == "containsKey" && n == 1) return map.find(key) != nullptr;
  if (name == "containsValue" && n == 1)
    return std::any_of(map.entries.begin(), map.entries.end(), [&](const auto& e) {
      return e.second.index() == arguments[0].index() && same(e.second, arguments[0], limits_.output_bytes);
    });
  heap_.spend(sizeof(std::pair<std::string, Object>) + key.size());
  if ((name == "put" || name == "putIfAbsent") && n == 2) {
    if (Object* slot = map.find(key)) return name == "put" ? std::exchange(*slot, arguments[1]) : *slot;
    map.entries.emplace_back(key, arguments[1]);
    return Nothing{};
  }
  if (name == "putAll" && n == 1) {
    if (auto* const* other = std::get_if<MapObject*>(&arguments[0])) {
      const auto copy = (*other)->entries;
      heap_.spend(copy.size() * sizeof(copy[0]));
      for (const auto& [k, v] : copy) {
        if (Object* slot = map.find(k))
          *slot = v;
        else
          map.entries.emplace_back(k, v);
      }
    }
    return Nothing{};
  }
  if (name == "remove" && n == 1) {
    const auto it =
        std::find_if(map.entries.begin(), map.entries.end(), [&](const auto& e) { return e.first == key; });
    if (it == map.entries.end()) return Nothing{};
    Object old = it->second;
    map.entries.erase(it);
    return old;
  }
  // An entry of entrySet() is a map of its own: $e.key, $e.value, and the getters.
  if ((name == "getKey" || name == "getValue") && n == 0)
    return property(Object(&map), name == "getKey" ? "key" : "value");
  if (name != "keySet" && name != "values" && name != "entrySet") return Nothing{};
  ListObject* out = heap_.list();
  heap_.spend(map.entries.size() * sizeof(Object));
  for (const auto& [k, v] : map.entries) {
    if (name == "values") {
      out->items.push_back(v);
      continue;
    }
    heap_.spend(k.size());
    if (name == "keySet") {
      out->items.emplace_back(k);
      continue;
    }
    MapObject* entry = heap_.map();
    entry->entries.emplace_back("key", k);
    entry->entries.emplace_back("value", v);
    out->items.emplace_back(entry);
  }
  return out;
}

Object Renderer::number_method(const Object& number, const std::string& name,
                               std::vector<Object>& arguments) {
  if (!arguments.empty()) return Nothing{};
  const auto* i = std::get_if<std::int64_t>(&number);
  const auto* d = std::get_if<double>(&number);
  if (!i && !d) return Nothing{};
  if (name == "intValue" || name == "longValue") {
    if (i) return *i;
    return std::fabs(*d) < 9e18 ? Object(static_cast<std::int64_t>(*d)) : Object(Nothing{});
  }
  if (name == "doubleValue" || name == "floatValue") return i ? static_cast<double>(*i) : *d;
  return Nothing{};
}

}  // namespace puddle::vtl
