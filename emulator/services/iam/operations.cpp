// The table: every operation of IAM.
#include "services/iam/iam.hpp"

namespace puddle::iam {

// operations/roles.cpp
Operation create_role();
Operation get_role();
Operation list_roles();
Operation delete_role();
Operation update_role();
Operation update_role_description();
Operation update_assume_role_policy();
Operation list_instance_profiles_for_role();
// operations/users.cpp
Operation create_user();
Operation get_user();
Operation list_users();
Operation delete_user();
Operation list_groups_for_user();
// operations/access_keys.cpp
Operation create_access_key();
Operation list_access_keys();
Operation update_access_key();
Operation delete_access_key();
// operations/inline_policies.cpp
Operation put_role_policy();
Operation get_role_policy();
Operation delete_role_policy();
Operation list_role_policies();
Operation put_user_policy();
Operation get_user_policy();
Operation delete_user_policy();
Operation list_user_policies();
// operations/attachments.cpp
Operation attach_role_policy();
Operation detach_role_policy();
Operation list_attached_role_policies();
Operation attach_user_policy();
Operation detach_user_policy();
Operation list_attached_user_policies();
// operations/managed_policies.cpp
Operation create_policy();
Operation get_policy();
Operation delete_policy();
Operation list_policies();
Operation list_entities_for_policy();
// operations/policy_versions.cpp
Operation create_policy_version();
Operation get_policy_version();
Operation delete_policy_version();
Operation set_default_policy_version();
Operation list_policy_versions();
// operations/tags.cpp
Operation tag_role();
Operation untag_role();
Operation list_role_tags();
Operation tag_user();
Operation untag_user();
Operation list_user_tags();
Operation tag_policy();
Operation untag_policy();
Operation list_policy_tags();

std::vector<Operation> operations() {
  std::vector<Operation> table;
  // Roles
  table.push_back(create_role());
  table.push_back(get_role());
  table.push_back(list_roles());
  table.push_back(delete_role());
  table.push_back(update_role());
  table.push_back(update_role_description());
  table.push_back(update_assume_role_policy());
  table.push_back(list_instance_profiles_for_role());
  // Users
  table.push_back(create_user());
  table.push_back(get_user());
  table.push_back(list_users());
  table.push_back(delete_user());
  table.push_back(list_groups_for_user());
  // Access keys
  table.push_back(create_access_key());
  table.push_back(list_access_keys());
  table.push_back(update_access_key());
  table.push_back(delete_access_key());
  // Inline policies
  table.push_back(put_role_policy());
  table.push_back(get_role_policy());
  table.push_back(delete_role_policy());
  table.push_back(list_role_policies());
  table.push_back(put_user_policy());
  table.push_back(get_user_policy());
  table.push_back(delete_user_policy());
  table.push_back(list_user_policies());
  // Attached policies
  table.push_back(attach_role_policy());
  table.push_back(detach_role_policy());
  table.push_back(list_attached_role_policies());
  table.push_back(attach_user_policy());
  table.push_back(detach_user_policy());
  table.push_back(list_attached_user_policies());
  // Managed policies
  table.push_back(create_policy());
  table.push_back(get_policy());
  table.push_back(delete_policy());
  table.push_back(list_policies());
  table.push_back(list_entities_for_policy());
  // Versions of managed policies
  table.push_back(create_policy_version());
  table.push_back(get_policy_version());
  table.push_back(delete_policy_version());
  table.push_back(set_default_policy_version());
  table.push_back(list_policy_versions());
  // Tags
  table.push_back(tag_role());
  table.push_back(untag_role());
  table.push_back(list_role_tags());
  table.push_back(tag_user());
  table.push_back(untag_user());
  table.push_back(list_user_tags());
  table.push_back(tag_policy());
  table.push_back(untag_policy());
  table.push_back(list_policy_tags());
  return table;
}

}  // namespace puddle::iam
