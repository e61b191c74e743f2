#include "services/iam/iam.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/iam/aws_managed.hpp"
#include "services/iam/records.hpp"

namespace puddle::iam {

Iam::Iam(Deps deps) : deps_(deps), operations_(iam::operations()) {}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Iam>(deps); }

const wire::ServiceWire& Iam::wire() const {
  static constexpr wire::ServiceWire kWire{.name = "iam",
                                           .protocol = wire::Protocol::query,
                                           .api_version = "2010-05-08",
                                           .xml_namespace = "https://iam.amazonaws.com/doc/2010-05-08/"};
  return kWire;
}

const std::vector<std::string_view>& Iam::known_operations() const { return iam::known_operations(); }
std::vector<Migration> Iam::migrations() const { return records::migrations(); }
std::vector<ResourceType> Iam::resource_types() const { return resource_types_of_iam(); }

AwsError Iam::validation_error(std::string message) const {
  // IAM alone does not repeat the offending value: "Value at 'status' failed to satisfy constraint: ...".
  std::string out;
  std::string_view rest = message;
  for (;;) {
    const std::size_t start = rest.find("Value '");
    const std::size_t end = start == std::string_view::npos ? start : rest.find("' at '", start + 7);
    if (end == std::string_view::npos) break;
    out += rest.substr(0, start + 5);
    rest.remove_prefix(end + 1);
  }
  out += rest;
  return kValidationError(std::move(out));
}

void Iam::load() {
  roles_.clear();
  users_.clear();
  policies_.clear();
  keys_.clear();
  records::each_identity(deps_.store, [this](Identity i) {
    auto held = std::make_unique<Identity>(std::move(i));
    const Identity& ref = *held;
    registry(ref.kind).insert(ref.account, "", lower(ref.name), std::move(held));
  });
  records::each_policy(deps_.store, [this](ManagedPolicy p) {
    std::string arn = p.arn();
    policies_.insert_or_assign(std::move(arn), std::make_unique<ManagedPolicy>(std::move(p)));
  });
  records::each_access_key(deps_.store, [this](AccessKey k) {
    std::string id = k.id;
    keys_.insert_or_assign(std::move(id), std::make_unique<AccessKey>(std::move(k)));
  });
}

std::optional<PolicySource::Role> Iam::role(std::string_view role_arn) const {
  const auto arn = Arn::parse(role_arn);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/")) return std::nullopt;
  const Identity* found = find(Kind::role, arn->account, arn->resource.substr(arn->resource.rfind('/') + 1));
  if (found == nullptr || found->arn() != role_arn) return std::nullopt;
  return Role{found->arn(), found->id, found->trust, std::chrono::seconds(found->max_session)};
}

void Iam::append_document(std::string_view arn, std::vector<Policy>& out) const {
  if (const AwsManaged* aws = find_aws_managed(arn)) {
    out.push_back({std::string(arn), std::string(aws->document)});
    return;
  }
  const ManagedPolicy* policy = find_policy(arn);
  if (policy == nullptr) return;
  for (const PolicyVersion& version : policy->versions)
    if (version.number == policy->default_version) out.push_back({std::string(arn), version.document});
}

std::vector<PolicySource::Policy> Iam::policies(const Principal& principal) const {
  std::vector<Policy> out;
  const bool user = principal.kind == Principal::Kind::user;
  if (!user && principal.kind != Principal::Kind::role) return out;
  const std::string& arn = user ? principal.arn : principal.role_arn;
  const Identity* identity =
      find(user ? Kind::user : Kind::role, principal.account, arn.substr(arn.rfind('/') + 1));
  if (identity == nullptr) return out;
  for (const auto& [name, document] : identity->inline_policies)
    out.push_back({"inline policy " + name, document});
  for (const std::string& policy : identity->attached) append_document(policy, out);
  return out;
}

std::optional<PolicySource::Key> Iam::access_key(std::string_view id) const {
  const AccessKey* key = find_key(id);
  if (key == nullptr || !key->active) return std::nullopt;
  const Identity* user = find(Kind::user, key->account, key->user);
  if (user == nullptr) return std::nullopt;
  Principal principal;
  principal.kind = Principal::Kind::user;
  principal.account = user->account;
  principal.arn = user->arn();
  principal.user_id = user->id;
  return Key{key->secret, std::move(principal)};
}

Identity* Iam::find(Kind kind, const std::string& account, std::string_view name) const {
  return (kind == Kind::role ? roles_ : users_).find(account, "", lower(name));
}

Identity& Iam::need(Kind kind, const std::string& account, std::string_view name) const {
  Identity* found = find(kind, account, name);
  if (found == nullptr)
    throw kNoSuchEntity("The " + std::string(kind_name(kind)) + " with name " + std::string(name) +
                        " cannot be found.");
  return *found;
}

std::vector<Identity*> Iam::identities(Kind kind, const std::string& account) const {
  return (kind == Kind::role ? roles_ : users_).in(account, "");
}

ManagedPolicy* Iam::find_policy(std::string_view arn) const {
  const auto found = policies_.find(arn);
  return found == policies_.end() ? nullptr : found->second.get();
}

ManagedPolicy& Iam::need_policy(std::string_view arn) const {
  ManagedPolicy* found = find_policy(arn);
  if (found == nullptr) throw kNoSuchEntity("Policy " + std::string(arn) + " was not found.");
  return *found;
}

std::vector<ManagedPolicy*> Iam::policies_in(const std::string& account) const {
  std::vector<ManagedPolicy*> out;
  for (const auto& [arn, policy] : policies_)
    if (policy->account == account) out.push_back(policy.get());
  std::ranges::sort(out, {}, [](const ManagedPolicy* p) { return p->name; });
  return out;
}

std::vector<AccessKey*> Iam::keys_of(const Identity& user) const {
  std::vector<AccessKey*> out;
  for (const auto& [id, key] : keys_)
    if (key->account == user.account && key->user == lower(user.name)) out.push_back(key.get());
  return out;
}

AccessKey* Iam::find_key(std::string_view id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : found->second.get();
}

int Iam::attachments(const std::string& account, std::string_view arn) const {
  int count = 0;
  for (const Kind kind : {Kind::role, Kind::user})
    for (const Identity* identity : identities(kind, account))
      if (identity->attached.contains(std::string(arn))) ++count;
  return count;
}

std::string Iam::arn_of(Kind kind, const std::string& account, std::string_view name) const {
  if (const Identity* found = find(kind, account, name)) return found->arn();
  return "arn:aws:iam::" + account + ":" + std::string(kind_name(kind)) + "/" + std::string(name);
}

Identity& Iam::add(Identity identity) {
  records::put_identity(deps_.store, identity);
  if (!identity.tags.empty()) records::put_tags(deps_.store, identity.arn(), identity.tags);
  auto held = std::make_unique<Identity>(std::move(identity));
  Identity& ref = *held;
  registry(ref.kind).insert(ref.account, "", lower(ref.name), std::move(held));
  return ref;
}

void Iam::save(Identity& identity, Identity changed) {
  records::put_identity(deps_.store, changed);
  identity = std::move(changed);
}

void Iam::remove(const Identity& identity) {
  records::drop_identity(deps_.store, identity);
  const Kind kind = identity.kind;
  const std::string account = identity.account, key = lower(identity.name);
  registry(kind).erase(account, "", key);
}

void Iam::put_inline(Identity& identity, const std::string& name, const std::string& document) {
  records::put_inline(deps_.store, identity, name, document);
  identity.inline_policies.insert_or_assign(name, document);
}

void Iam::drop_inline(Identity& identity, const std::string& name) {
  records::drop_inline(deps_.store, identity, name);
  identity.inline_policies.erase(name);
}

void Iam::attach(Identity& identity, const std::string& arn) {
  records::put_attachment(deps_.store, identity, arn);
  identity.attached.insert(arn);
}

void Iam::detach(Identity& identity, const std::string& arn) {
  records::drop_attachment(deps_.store, identity, arn);
  identity.attached.erase(arn);
}

ManagedPolicy& Iam::add_policy(ManagedPolicy policy) {
  std::string arn = policy.arn();
  records::put_policy(deps_.store, policy);
  for (const PolicyVersion& version : policy.versions) records::put_version(deps_.store, arn, version);
  if (!policy.tags.empty()) records::put_tags(deps_.store, arn, policy.tags);
  auto held = std::make_unique<ManagedPolicy>(std::move(policy));
  ManagedPolicy& ref = *held;
  policies_.insert_or_assign(std::move(arn), std::move(held));
  return ref;
}

void Iam::remove_policy(const ManagedPolicy& policy) {
  const std::string arn = policy.arn();
  records::drop_policy(deps_.store, policy);
  policies_.erase(arn);
}

void Iam::add_version(ManagedPolicy& policy, PolicyVersion version, bool make_default, Time now) {
  ManagedPolicy changed = policy;
  changed.last_version = version.number;
  changed.updated = now;
  if (make_default) changed.default_version = version.number;
  records::put_version(deps_.store, policy.arn(), version);
  records::put_policy(deps_.store, changed);
  changed.versions.push_back(std::move(version));
  policy = std::move(changed);
}

void Iam::drop_version(ManagedPolicy& policy, std::int64_t number) {
  records::drop_version(deps_.store, policy.arn(), number);
  std::erase_if(policy.versions, [number](const PolicyVersion& v) { return v.number == number; });
}

void Iam::set_default(ManagedPolicy& policy, std::int64_t number, Time now) {
  ManagedPolicy changed = policy;
  changed.default_version = number;
  changed.updated = now;
  records::put_policy(deps_.store, changed);
  policy = std::move(changed);
}

void Iam::put_tags(Identity& identity, std::vector<Tag> tags) {
  records::put_tags(deps_.store, identity.arn(), tags);
  identity.tags = std::move(tags);
}

void Iam::put_tags(ManagedPolicy& policy, std::vector<Tag> tags) {
  records::put_tags(deps_.store, policy.arn(), tags);
  policy.tags = std::move(tags);
}

AccessKey& Iam::add_key(AccessKey key) {
  records::put_access_key(deps_.store, key);
  auto held = std::make_unique<AccessKey>(std::move(key));
  AccessKey& ref = *held;
  keys_.insert_or_assign(ref.id, std::move(held));
  return ref;
}

void Iam::set_key_active(AccessKey& key, bool active) {
  AccessKey changed = key;
  changed.active = active;
  records::put_access_key(deps_.store, changed);
  key = std::move(changed);
}

void Iam::remove_key(const AccessKey& key) {
  const std::string id = key.id;
  records::drop_access_key(deps_.store, id);
  keys_.erase(id);
}

std::string Iam::new_id(std::string_view prefix) {
  return std::string(prefix) + random_text(deps_.entropy, 21 - prefix.size(), kUpperAlnum);
}

std::string Iam::new_secret() { return base64(deps_.entropy.bytes(30)); }

}  // namespace puddle::iam
