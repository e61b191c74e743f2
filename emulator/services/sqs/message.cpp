#include "services/sqs/message.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/scan.hpp"
#include "base/text.hpp"
#include "services/sqs/limits.hpp"

namespace puddle::sqs {
namespace {

void append_sized(std::string& out, std::string_view text) {
  const auto n = static_cast<std::uint32_t>(text.size());
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(n >> shift & 255);
  out += text;
}

/// Takes what append_sized() wrote off the front.
std::string_view take_sized(std::string_view& packed) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<unsigned char>(packed[i]);
  const std::string_view out = packed.substr(4, n);
  packed.remove_prefix(4 + out.size());
  return out;
}

bool is_binary(const AttributeValue& a) { return a.data_type.starts_with("Binary"); }

const std::string& bytes_of(const AttributeValue& a) {
  static const std::string none;
  if (is_binary(a)) return a.binary_value ? a.binary_value->data : none;
  return a.string_value ? *a.string_value : none;
}

/// AWS takes letters with accents too (U+00C0 to U+017F), although its documentation does not say so.
bool valid_name_characters(std::string_view utf8) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c >= 0xC3 && c <= 0xC5)
      ++i;  // its second byte
    else if (kAllowed.find(utf8[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

/// What is wrong with the name, or empty.
std::string why_invalid_name(const std::string& name) {
  const std::string small = lower(name);
  if (name.empty()) return "The request must contain non-empty message (user) attribute names.";
  if (name.size() > kMaxAttributeNameBytes)
    return "Message (user) attribute name must be shorter than 256 bytes.";
  if (!valid_name_characters(name))
    return "Message (user) attribute name '" + name +
           "' is invalid. It can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) "
           "characters.";
  if (small.starts_with("aws.") || small.starts_with("amazon."))
    return "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are "
           "reserved for internal use.";
  if (name.starts_with('.')) return "Message (user) attribute name must not begin with character '.'.";
  if (name.ends_with('.')) return "Message (user) attribute name must not end with character '.'.";
  if (name.find("..") != std::string::npos)
    return "Message (user) attribute name must not have successive '.' characters.";
  return {};
}

bool valid_type(std::string_view type) {
  for (const std::string_view base : {"String", "Number", "Binary"})
    if (type == base || (type.starts_with(base) && type.size() > base.size() + 1 && type[base.size()] == '.'))
      return true;
  return false;
}

/// `kind`: "(user)" or "system".
std::string why_invalid_value(const std::string& kind, const std::string& name, const AttributeValue& a) {
  const std::string attribute = "essage " + kind + " attribute '" + name + "'";
  const bool list = a.string_list || a.binary_list;
  if ((a.string_list && !a.string_list->empty()) || (a.binary_list && !a.binary_list->empty()))
    return "Message attribute list values in SendMessage operation are not supported.";
  if (a.data_type.empty() && !a.string_value && !a.binary_value && !list)
    return "The m" + attribute + " must contain a non-empty message attribute value.";
  if (a.data_type.empty()) return "The m" + attribute + " must contain a non-empty message attribute type.";
  if (!valid_type(a.data_type))
    return "The type of m" + attribute +
           " is invalid. You must use only the following supported type prefixes: Binary, Number, String.";
  if (a.data_type.size() > kMaxAttributeTypeBytes)
    return "Message " + kind + " attribute type must be shorter than 256 bytes.";
  const std::string base = a.data_type.substr(0, 6);
  if (bytes_of(a).empty())
    return "M" + attribute + " must contain a non-empty value of type '" +
           (base == "Number" ? "String" : base) + "'.";
  if (a.string_value && a.binary_value) return "M" + attribute + " must have a single value.";
  if (a.string_value && !valid_characters(*a.string_value))
    return "M" + attribute + " contains invalid characters.";
  if (base == "Number" && !parse_double(*a.string_value))
    return "Can't cast the value of m" + attribute + " to a number.";
  return {};
}

}  // namespace

Shape AttributeValue::shape() {
  return {optional<&AttributeValue::string_value>("StringValue"),
          optional<&AttributeValue::binary_value>("BinaryValue"),
          optional<&AttributeValue::string_list>("StringListValues",
                                                 {.at_name = "StringListValue", .flattened = true}),
          optional<&AttributeValue::binary_list>("BinaryListValues",
                                                 {.at_name = "BinaryListValue", .flattened = true}),
          required<&AttributeValue::data_type>("DataType")};
}

std::string pack(const AttributeMap& attributes) {
  std::string out;
  for (const auto& [name, a] : attributes) {
    append_sized(out, name);
    append_sized(out, a.data_type);
    out += static_cast<char>(is_binary(a) ? 2 : 1);
    append_sized(out, bytes_of(a));
  }
  return out;
}

AttributeMap unpack(std::string_view packed) {
  AttributeMap out;
  while (!packed.empty()) {
    const std::string_view name = take_sized(packed), type = take_sized(packed);
    const bool binary = packed[0] == 2;
    packed.remove_prefix(1);
    const std::string_view value = take_sized(packed);
    AttributeValue& a = out[std::string(name)];
    a.data_type = std::string(type);
    if (binary)
      a.binary_value = Bytes(std::string(value));
    else
      a.string_value = std::string(value);
  }
  return out;
}

std::string md5_of(const AttributeMap& attributes) {
  return attributes.empty() ? std::string() : md5_hex(pack(attributes));
}

Uuid md5_bytes(std::string_view text) {
  const std::string raw = md5(text);
  Uuid out{};
  std::copy(raw.begin(), raw.end(), out.begin());
  return out;
}

std::size_t size_of(const AttributeMap& attributes) {
  std::size_t out = 0;
  for (const auto& [name, a] : attributes) out += name.size() + a.data_type.size() + bytes_of(a).size();
  return out;
}

std::string why_invalid(const AttributeMap& attributes) {
  if (attributes.size() > kMaxMessageAttributes)
    return "Number of message attributes [" + std::to_string(attributes.size()) +
           "] exceeds the allowed maximum [10].";
  for (const auto& [name, a] : attributes) {
    if (std::string why = why_invalid_name(name); !why.empty()) return why;
    if (std::string why = why_invalid_value("(user)", name, a); !why.empty()) return why;
  }
  return {};
}

std::string why_invalid_system(const AttributeMap& attributes) {
  for (const auto& [name, a] : attributes) {
    if (name != kTraceHeader) return "Message system attribute name '" + name + "' is invalid.";
    if (std::string why = why_invalid_value("system", name, a); !why.empty()) return why;
    if (a.data_type != "String")
      return "The type of message system attribute '" + name + "' is invalid. You must use only String.";
  }
  return {};
}

bool valid_characters(std::string_view text) {
  for (std::size_t i = 0;; ++i) {
    i += printable_prefix(text.substr(i));
    if (i >= text.size()) return true;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != 0x9 && c != 0xA && c != 0xD) return false;
    // U+FFFE and U+FFFF; surrogates never pass the UTF-8 check of the codecs.
    if (c == 0xEF && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xBF &&
        static_cast<unsigned char>(text[i + 2]) >= 0xBE)
      return false;
  }
}

std::string to_text(const Uuid& id) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(36, '-');
  char* to = out.data();
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++to;
    *to++ = kDigits[id[i] >> 4];
    *to++ = kDigits[id[i] & 15];
  }
  return out;
}

void Message::set_extras(Extras e) {
  if (e.attributes.empty() && e.trace.empty() && e.deduplication_id.empty() && e.source.empty())
    extras.reset();
  else
    extras = std::make_unique<Extras>(std::move(e));
}

std::string to_hex(const Uuid& digest) {
  return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

bool valid_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdLength &&
         std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x21 && c <= 0x7E; });
}

std::string sequence_number(std::int64_t id) {
  const std::string n = std::to_string(id * 256);
  return "188" + std::string(17 - n.size(), '0') + n;
}

std::string receipt_handle(const Message& m) {
  std::string plain =
      std::to_string(m.queue) + ' ' + std::to_string(m.id) + ' ' + std::to_string(m.receipt) + ' ';
  plain.append(reinterpret_cast<const char*>(m.message_id.data()), m.message_id.size());
  return base64(plain);
}

std::optional<Receipt> parse_receipt(std::string_view handle) {
  constexpr std::size_t kMaxHandle = 1024;
  if (handle.size() > kMaxHandle) return std::nullopt;
  const auto plain = from_base64(handle);
  if (!plain || plain->size() < 17) return std::nullopt;
  const auto parts = split(std::string_view(*plain).substr(0, plain->size() - 17), ' ');
  if (parts.size() != 3) return std::nullopt;
  const auto queue = parse_int(parts[0]), message = parse_int(parts[1]), receipt = parse_int(parts[2]);
  if (!queue || !message || !receipt) return std::nullopt;
  return Receipt{*queue, *message, *receipt};
}

}  // namespace puddle::sqs
