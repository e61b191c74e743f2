// Iam: roles, users, managed policies and access keys of every account; IAM is global, regions don't count.
// Also the PolicySource that authorisation reads. Owned by the Engine, engine thread only; handlers throw
// AwsError.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/arn.hpp"
#include "aws/service.hpp"
#include "services/iam/errors.hpp"
#include "services/iam/model.hpp"

namespace puddle::iam {

class Iam final : public Service, public PolicySource {
 public:
  explicit Iam(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override;
  wire::Dialect dialect() const override { return wire::Dialect::query; }
  AwsError validation_error(std::string message) const override;
  std::vector<Migration> migrations() const override;
  void load() override;
  std::vector<ResourceType> resource_types() const override;

  // PolicySource
  std::optional<Role> role(std::string_view role_arn) const override;
  std::vector<Policy> policies(const Principal& principal) const override;
  std::optional<Key> access_key(std::string_view id) const override;

  // Look-up. Pointers are valid until the thing is deleted.
  Identity* find(Kind kind, const std::string& account, std::string_view name) const;
  Identity& need(Kind kind, const std::string& account, std::string_view name) const;
  std::vector<Identity*> identities(Kind kind, const std::string& account) const;
  ManagedPolicy* find_policy(std::string_view arn) const;
  /// "Policy ARN was not found."
  ManagedPolicy& need_policy(std::string_view arn) const;
  std::vector<ManagedPolicy*> policies_in(const std::string& account) const;
  std::vector<AccessKey*> keys_of(const Identity& user) const;
  AccessKey* find_key(std::string_view id) const;
  /// Roles and users that the policy is attached to.
  int attachments(const std::string& account, std::string_view arn) const;
  /// ARN of a role or user, also of one that does not exist (then with the path "/").
  std::string arn_of(Kind kind, const std::string& account, std::string_view name) const;

  // Changes: rows first, then memory.
  Identity& add(Identity identity);
  void save(Identity& identity, Identity changed);  ///< trust, description, session length
  void remove(const Identity& identity);
  void put_inline(Identity& identity, const std::string& name, const std::string& document);
  void drop_inline(Identity& identity, const std::string& name);
  void attach(Identity& identity, const std::string& arn);
  void detach(Identity& identity, const std::string& arn);
  ManagedPolicy& add_policy(ManagedPolicy policy);
  void remove_policy(const ManagedPolicy& policy);
  void add_version(ManagedPolicy& policy, PolicyVersion version, bool make_default, Time now);
  void drop_version(ManagedPolicy& policy, std::int64_t number);
  void set_default(ManagedPolicy& policy, std::int64_t number, Time now);
  void put_tags(Identity& identity, std::vector<Tag> tags);
  void put_tags(ManagedPolicy& policy, std::vector<Tag> tags);
  AccessKey& add_key(AccessKey key);
  void set_key_active(AccessKey& key, bool active);
  void remove_key(const AccessKey& key);

  /// "AROA" and 17 characters more.
  std::string new_id(std::string_view prefix);
  std::string new_secret();

 private:
  const Registry<Identity>& registry(Kind kind) const { return kind == Kind::role ? roles_ : users_; }
  Registry<Identity>& registry(Kind kind) { return kind == Kind::role ? roles_ : users_; }
  void append_document(std::string_view arn, std::vector<Policy>& out) const;

  Deps deps_;
  mutable Registry<Identity> roles_, users_;
  std::map<std::string, std::unique_ptr<ManagedPolicy>, std::less<>> policies_;  ///< by ARN
  std::map<std::string, std::unique_ptr<AccessKey>, std::less<>> keys_;          ///< by id
  std::vector<Operation> operations_;
};

/// The table (operations.cpp).
std::vector<Operation> operations();
std::vector<ResourceType> resource_types_of_iam();
const std::vector<std::string_view>& known_operations();

std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::iam
