// What the codecs share: a parsed JSON tree -> the types that a shape declares. Internal to wire.
#pragma once
#include <string>

#include "wire/codec.hpp"

namespace puddle::wire {

/// Checks the JSON types in place and turns base64 text into blobs and numbers into instants. Null members
/// are removed, unknown ones ignored. The error is AWS's text, empty when all is well.
std::string convert_structure(Value& value, const Shape& shape);
std::string convert(Value& value, const TypeInfo& type, const Traits& traits);
/// Text of a form, header, label or query string -> the declared scalar. False when it does not fit.
bool convert_text(std::string text, const TypeInfo& type, const Traits& traits, Value& out);

Fault serialization_fault(std::string message);

}  // namespace puddle::wire
