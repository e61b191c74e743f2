#include "languages/intrinsic/template.hpp"

#include <yaml-cpp/yaml.h>

#include "base/text.hpp"

namespace puddle::intrinsic {
namespace {

constexpr std::size_t kMaxText = 128 << 20;  // `puddle up` puts zipped code into the text it sends
constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxNodes = 200'000;  // aliases cannot blow a small text up

class Reader {
 public:
  explicit Reader(Template& out) : out_(out) {}

  wire::Value read(const YAML::Node& node, const std::string& path, int depth) {
    if (depth > kMaxDepth) throw ParseFailure("nested too deeply", node.Mark().line + 1);
    if (++nodes_ > kMaxNodes) throw ParseFailure("too many nodes", node.Mark().line + 1);
    const std::string& tag = node.Tag();
    if (tag.size() > 1 && tag[0] == '!' && tag[1] != '!') return short_form(node, tag.substr(1), path, depth);
    return plain(node, path, depth);
  }

 private:
  wire::Value short_form(const YAML::Node& node, const std::string& name, const std::string& path,
                         int depth) {
    wire::Value argument = plain(node, path, depth + 1);
    wire::Map out;
    if (name == "Ref" || name == "Condition") {
      out.add(name, std::move(argument));
      return out;
    }
    if (name == "GetAtt" && argument.is_text()) {
      const std::string& text = argument.text();
      const std::size_t dot = text.find('.');
      if (dot == std::string::npos)
        throw ParseFailure("!GetAtt needs Resource.Attribute, not " + text, node.Mark().line + 1);
      argument = wire::List{wire::Value(text.substr(0, dot)), wire::Value(text.substr(dot + 1))};
    }
    out.add("Fn::" + name, std::move(argument));
    return out;
  }

  wire::Value plain(const YAML::Node& node, const std::string& path, int depth) {
    switch (node.Type()) {
      case YAML::NodeType::Map: {
        wire::Map out;
        for (const auto& entry : node) {
          if (!entry.first.IsScalar()) throw ParseFailure("a key must be text", entry.first.Mark().line + 1);
          const std::string key = entry.first.Scalar();
          if (out.contains(key)) throw ParseFailure("duplicate key " + key, entry.first.Mark().line + 1);
          const std::string inner = path.empty() ? key : path + "/" + key;
          out_.lines.emplace(inner, entry.first.Mark().line + 1);
          out.add(key, read(entry.second, inner, depth + 1));
        }
        return out;
      }
      case YAML::NodeType::Sequence: {
        wire::List out;
        for (const auto& item : node)
          out.push_back(read(item, path + "/" + std::to_string(out.size()), depth + 1));
        return out;
      }
      case YAML::NodeType::Scalar:
        return scalar(node);
      default:
        return wire::Value();
    }
  }

  // Quoted text stays text; a plain scalar is what YAML 1.1's core types make of it.
  static wire::Value scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return text;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    if (text == "null" || text == "~" || text == "Null" || text == "NULL") return wire::Value();
    const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] != '.';  // account ids stay text
    if (!leading_zero && !text.starts_with('+')) {
      if (const auto i = parse_int(text)) return *i;
      if (text.find_first_not_of("0123456789.-eE") == std::string::npos)
        if (const auto d = parse_double(text)) return *d;
    }
    return text;
  }

  Template& out_;
  std::size_t nodes_ = 0;
};

}  // namespace

int Template::line(std::string_view path) const {
  for (;;) {
    if (const auto it = lines.find(std::string(path)); it != lines.end()) return it->second;
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return 0;
    path = path.substr(0, slash);
  }
}

Result<Template, ParseFailure> parse_template(std::string_view text) {
  if (text.size() > kMaxText) return ParseFailure("the template is too large");
  try {
    Template out;
    const YAML::Node root = YAML::Load(std::string(text));
    if (!root.IsMap()) return ParseFailure("the template is no mapping", 1);
    Reader reader(out);
    out.root = reader.read(root, "", 0);
    return out;
  } catch (const YAML::Exception& e) {
    return ParseFailure(e.msg, e.mark.line + 1);
  } catch (const ParseFailure& e) {
    return e;
  }
}

}  // namespace puddle::intrinsic
