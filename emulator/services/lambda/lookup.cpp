// How names, ARNs and qualifiers become functions.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

/// The version an invocation of the alias runs: the additional one with the chance of its weight.
std::string version_by_chance(const Alias& alias, Entropy& entropy) {
  if (!alias.routing || alias.routing->weights.empty()) return alias.version;
  const auto& [version, weight] = *alias.routing->weights.begin();
  const double chance = static_cast<double>(entropy.number() >> 11) * 0x1.0p-53;
  return chance < weight ? version : alias.version;
}

Function* version_of(FunctionFamily& family, std::string_view version) {
  if (version.empty() || version == kLatest) return &family.latest;
  const auto number = parse_int(version);
  const auto it = number ? family.versions.find(static_cast<int>(*number)) : family.versions.end();
  return it == family.versions.end() ? nullptr : &it->second;
}

std::optional<FunctionName> name_of_arn(std::string_view arn) {
  const auto parts = split(arn, ':');
  if (parts.size() < 7 || parts[2] != "lambda" || parts[5] != "function") return std::nullopt;
  return FunctionName{std::string(parts[4]), std::string(parts[3]), std::string(parts[6]),
                      parts.size() > 7 ? std::string(parts[7]) : ""};
}

}  // namespace

std::string FunctionName::arn() const { return make_arn("lambda", region, account, "function:" + name); }

FunctionName Lambda::parse_name(const Call& call, std::string_view text,
                                const std::optional<std::string>& qualifier) const {
  FunctionName out{call.account, call.region, {}, {}};
  const auto parts = split(text, ':');
  const auto is_account = [](std::string_view s) {
    return s.size() == 12 && s.find_first_not_of("0123456789") == s.npos;
  };
  std::size_t i = 0;
  if (text.starts_with("arn:") && parts.size() >= 7) {
    out.region = parts[3];
    out.account = parts[4];
    i = 6;
  } else {
    if (parts.size() > 1 && is_account(parts[0])) out.account = parts[i++];
    if (parts.size() > i + 1 && parts[i] == "function") ++i;
  }
  out.name = parts[i];
  if (i + 1 < parts.size()) out.qualifier = parts[i + 1];
  if (qualifier && !out.qualifier.empty() && *qualifier != out.qualifier)
    throw user_error(kInvalidParameter,
                     "The derived qualifier from the function name does not match the specified qualifier.");
  if (qualifier) out.qualifier = *qualifier;
  return out;
}

FunctionFamily* Lambda::find(const FunctionName& n) { return families_.find(n.account, n.region, n.name); }

FunctionFamily* Lambda::find_family(std::string_view arn) {
  const auto name = name_of_arn(arn);
  return name ? find(*name) : nullptr;
}

std::optional<Target> Lambda::find_target(const FunctionName& name) {
  Target out;
  out.family = find(name);
  if (!out.family) return std::nullopt;
  out.qualifier = name.qualifier;
  out.arn = name.qualified();
  out.function = version_of(*out.family, name.qualifier);
  if (const auto it = out.family->aliases.find(name.qualifier); it != out.family->aliases.end()) {
    out.alias = &it->second;
    out.function = version_of(*out.family, out.alias->version);
  }
  if (!out.function) return std::nullopt;
  return out;
}

Function* Lambda::find_arn(std::string_view arn) {
  const auto name = name_of_arn(arn);
  const auto target = name ? find_target(*name) : std::nullopt;
  return target ? target->function : nullptr;
}

Function* Lambda::choose(std::string_view arn) {
  const auto name = name_of_arn(arn);
  const auto target = name ? find_target(*name) : std::nullopt;
  if (!target) return nullptr;
  if (!target->alias) return target->function;
  Function* chosen = version_of(*target->family, version_by_chance(*target->alias, deps.entropy));
  return chosen ? chosen : target->function;
}

Target Lambda::need(const Call& call, std::string_view text, const std::optional<std::string>& qualifier) {
  const FunctionName name = parse_name(call, text, qualifier);
  if (name.region != call.region)
    throw user_error(kNotFound, "Functions from '" + name.region + "' are not reachable in this region ('" +
                                    call.region + "')");
  if (auto target = find_target(name)) return *target;
  throw user_error(kNotFound, "Function not found: " + name.qualified());
}

FunctionFamily* Lambda::find_url(std::string_view id, std::string& qualifier) {
  const auto it = urls_.find(id);
  if (it == urls_.end()) return nullptr;
  qualifier = it->second.second;
  return it->second.first;
}

Mapping* Lambda::find_mapping(std::string_view uuid) {
  const auto it = mappings_.find(uuid);
  return it == mappings_.end() ? nullptr : it->second.get();
}

Mapping& Lambda::need_mapping(const Call& call, const std::string& uuid) {
  Mapping* m = find_mapping(uuid);
  if (m && m->account == call.account && m->region == call.region) return *m;
  throw user_error(kNotFound, "The resource you requested does not exist.");
}

std::vector<Mapping*> Lambda::mappings_in(const Call& call) {
  std::vector<Mapping*> out;
  for (const auto& [id, m] : mappings_)
    if (m->account == call.account && m->region == call.region) out.push_back(m.get());
  return out;
}

}  // namespace puddle::lambda
