#include "wire/shape.hpp"

namespace puddle::wire {

Shape::Shape() = default;
Shape::Shape(std::initializer_list<Field> f) : fields(f) {}
Shape::Shape(std::vector<Field> f) : fields(std::move(f)) {}
Shape::Shape(const Shape&) = default;
Shape::Shape(Shape&&) noexcept = default;
Shape& Shape::operator=(const Shape&) = default;
Shape& Shape::operator=(Shape&&) noexcept = default;
Shape::~Shape() = default;

const Field* Shape::find(std::string_view name) const {
  for (const Field& f : fields)
    if (f.name == name) return &f;
  return nullptr;
}

void assign_struct(void* object, Value&& value, const Shape& shape) {
  if (!value.is_map()) return;
  for (const Field& f : shape.fields)
    if (Value* m = value.map().find(f.name); m && !m->is_null()) f.assign(object, std::move(*m));
}

Value take_struct(void* object, const Shape& shape, Absent absent) {
  Map out;
  out.reserve(shape.fields.size());
  for (const Field& f : shape.fields) {
    Value v = f.take(object);
    if (v.is_null()) continue;
    const bool empty = (v.is_list() && v.list().empty()) || (v.is_map() && v.map().empty());
    if (empty && absent == Absent::null_or_empty && !f.required && f.type.type != Type::structure &&
        f.type.type != Type::document)
      continue;
    out.add(f.name, std::move(v));
  }
  return Value(std::move(out));
}

}  // namespace puddle::wire
