// Rows of IAM: all of its SQL. Engine thread; throws what the store throws.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "services/iam/model.hpp"
#include "store/store.hpp"

namespace puddle::iam::records {

std::vector<Migration> migrations();

/// The whole state, for load(): identities and policies with everything that belongs to them.
void each_identity(Store& store, const std::function<void(Identity)>& take);
void each_policy(Store& store, const std::function<void(ManagedPolicy)>& take);
void each_access_key(Store& store, const std::function<void(AccessKey)>& take);

/// Inserts or replaces the row of the role or user alone.
void put_identity(Store& store, const Identity& identity);
void drop_identity(Store& store, const Identity& identity);
void put_inline(Store& store, const Identity& identity, const std::string& name, const std::string& document);
void drop_inline(Store& store, const Identity& identity, const std::string& name);
void put_attachment(Store& store, const Identity& identity, const std::string& policy);
void drop_attachment(Store& store, const Identity& identity, const std::string& policy);

void put_policy(Store& store, const ManagedPolicy& policy);
void drop_policy(Store& store, const ManagedPolicy& policy);
void put_version(Store& store, const std::string& arn, const PolicyVersion& version);
void drop_version(Store& store, const std::string& arn, std::int64_t version);

/// Replaces all tags of the owner.
void put_tags(Store& store, const std::string& owner, const std::vector<Tag>& tags);

void put_access_key(Store& store, const AccessKey& key);
void drop_access_key(Store& store, const std::string& id);

}  // namespace puddle::iam::records
