#include "services/iam/records.hpp"

#include "base/text.hpp"
#include "embedded/iam/schema.sql.hpp"

namespace puddle::iam::records {
namespace {

using View = std::string_view;

Param optional_text(const std::optional<std::string>& text) {
  return text ? Param(View(*text)) : Param(nullptr);
}

std::optional<std::string> read_optional(const Rows& rows, int column) {
  if (rows.is_null(column)) return std::nullopt;
  return rows.text(column);
}

std::vector<Tag> tags_of(Store& store, const std::string& owner) {
  std::vector<Tag> out;
  for (Rows rows =
           store.query("SELECT key, value FROM iam_tags WHERE owner = ?1 ORDER BY position", {View(owner)});
       rows.next();)
    out.push_back({rows.text(0), rows.text(1)});
  return out;
}

void read_belongings(Store& store, Identity& identity) {
  const std::string key = lower(identity.name);
  const View kind = kind_name(identity.kind);
  for (Rows rows =
           store.query("SELECT name, document FROM iam_inline_policies WHERE account = ?1 AND kind = ?2 "
                       "AND key = ?3",
                       {View(identity.account), kind, View(key)});
       rows.next();)
    identity.inline_policies.emplace(rows.text(0), rows.text(1));
  for (Rows rows =
           store.query("SELECT policy FROM iam_attachments WHERE account = ?1 AND kind = ?2 AND key = ?3",
                       {View(identity.account), kind, View(key)});
       rows.next();)
    identity.attached.insert(rows.text(0));
  identity.tags = tags_of(store, identity.arn());
}

}  // namespace

std::vector<Migration> migrations() { return {{"iam", 1, std::string(embedded::kIamSchema)}}; }

void each_identity(Store& store, const std::function<void(Identity)>& take) {
  std::vector<Identity> all;
  for (Rows rows =
           store.query("SELECT account, kind, name, path, id, trust, description, max_session, created "
                       "FROM iam_identities");
       rows.next();) {
    Identity i;
    i.account = rows.text(0);
    i.kind = rows.view(1) == "role" ? Kind::role : Kind::user;
    i.name = rows.text(2);
    i.path = rows.text(3);
    i.id = rows.text(4);
    i.trust = rows.text(5);
    i.description = read_optional(rows, 6);
    i.max_session = static_cast<int>(rows.integer(7));
    i.created = rows.time(8);
    all.push_back(std::move(i));
  }
  for (Identity& identity : all) {
    read_belongings(store, identity);
    take(std::move(identity));
  }
}

void each_policy(Store& store, const std::function<void(ManagedPolicy)>& take) {
  std::vector<ManagedPolicy> all;
  for (Rows rows =
           store.query("SELECT account, name, path, id, description, default_version, last_version, created, "
                       "updated FROM iam_policies");
       rows.next();) {
    ManagedPolicy p;
    p.account = rows.text(0);
    p.name = rows.text(1);
    p.path = rows.text(2);
    p.id = rows.text(3);
    p.description = read_optional(rows, 4);
    p.default_version = rows.integer(5);
    p.last_version = rows.integer(6);
    p.created = rows.time(7);
    p.updated = rows.time(8);
    all.push_back(std::move(p));
  }
  for (ManagedPolicy& policy : all) {
    const std::string arn = policy.arn();
    for (Rows rows = store.query("SELECT version, document, created FROM iam_policy_versions WHERE arn = ?1 "
                                 "ORDER BY version",
                                 {View(arn)});
         rows.next();)
      policy.versions.push_back({rows.integer(0), rows.text(1), rows.time(2)});
    policy.tags = tags_of(store, arn);
    take(std::move(policy));
  }
}

void each_access_key(Store& store, const std::function<void(AccessKey)>& take) {
  for (Rows rows = store.query("SELECT id, account, user_key, secret, active, created FROM iam_access_keys");
       rows.next();)
    take({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.integer(4) != 0, rows.time(5)});
}

void put_identity(Store& store, const Identity& i) {
  const std::string key = lower(i.name);
  store.run(
      "INSERT OR REPLACE INTO iam_identities (account, kind, key, name, path, id, trust, description, "
      "max_session, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
      {View(i.account), kind_name(i.kind), View(key), View(i.name), View(i.path), View(i.id), View(i.trust),
       optional_text(i.description), std::int64_t{i.max_session}, param(i.created)});
}

void drop_identity(Store& store, const Identity& i) {
  const std::string key = lower(i.name), arn = i.arn();
  store.run("DELETE FROM iam_identities WHERE account = ?1 AND kind = ?2 AND key = ?3",
            {View(i.account), kind_name(i.kind), View(key)});
  store.run("DELETE FROM iam_tags WHERE owner = ?1", {View(arn)});
}

void put_inline(Store& store, const Identity& i, const std::string& name, const std::string& document) {
  const std::string key = lower(i.name);
  store.run("INSERT OR REPLACE INTO iam_inline_policies VALUES (?1, ?2, ?3, ?4, ?5)",
            {View(i.account), kind_name(i.kind), View(key), View(name), View(document)});
}

void drop_inline(Store& store, const Identity& i, const std::string& name) {
  const std::string key = lower(i.name);
  store.run("DELETE FROM iam_inline_policies WHERE account = ?1 AND kind = ?2 AND key = ?3 AND name = ?4",
            {View(i.account), kind_name(i.kind), View(key), View(name)});
}

void put_attachment(Store& store, const Identity& i, const std::string& policy) {
  const std::string key = lower(i.name);
  store.run("INSERT OR REPLACE INTO iam_attachments VALUES (?1, ?2, ?3, ?4)",
            {View(i.account), kind_name(i.kind), View(key), View(policy)});
}

void drop_attachment(Store& store, const Identity& i, const std::string& policy) {
  const std::string key = lower(i.name);
  store.run("DELETE FROM iam_attachments WHERE account = ?1 AND kind = ?2 AND key = ?3 AND policy = ?4",
            {View(i.account), kind_name(i.kind), View(key), View(policy)});
}

void put_policy(Store& store, const ManagedPolicy& p) {
  const std::string arn = p.arn();
  store.run(
      "INSERT OR REPLACE INTO iam_policies (arn, account, name, path, id, description, default_version, "
      "last_version, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
      {View(arn), View(p.account), View(p.name), View(p.path), View(p.id), optional_text(p.description),
       p.default_version, p.last_version, param(p.created), param(p.updated)});
}

void drop_policy(Store& store, const ManagedPolicy& p) {
  const std::string arn = p.arn();
  store.run("DELETE FROM iam_policies WHERE arn = ?1", {View(arn)});
  store.run("DELETE FROM iam_policy_versions WHERE arn = ?1", {View(arn)});
  store.run("DELETE FROM iam_tags WHERE owner = ?1", {View(arn)});
}

void put_version(Store& store, const std::string& arn, const PolicyVersion& version) {
  store.run("INSERT INTO iam_policy_versions VALUES (?1, ?2, ?3, ?4)",
            {View(arn), version.number, View(version.document), param(version.created)});
}

void drop_version(Store& store, const std::string& arn, std::int64_t version) {
  store.run("DELETE FROM iam_policy_versions WHERE arn = ?1 AND version = ?2", {View(arn), version});
}

void put_tags(Store& store, const std::string& owner, const std::vector<Tag>& tags) {
  store.run("DELETE FROM iam_tags WHERE owner = ?1", {View(owner)});
  std::int64_t position = 0;
  for (const Tag& tag : tags)
    store.run("INSERT INTO iam_tags VALUES (?1, ?2, ?3, ?4)",
              {View(owner), View(tag.key), View(tag.value), position++});
}

void put_access_key(Store& store, const AccessKey& key) {
  store.run("INSERT OR REPLACE INTO iam_access_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            {View(key.id), View(key.account), View(key.user), View(key.secret),
             std::int64_t{key.active ? 1 : 0}, param(key.created)});
}

void drop_access_key(Store& store, const std::string& id) {
  store.run("DELETE FROM iam_access_keys WHERE id = ?1", {View(id)});
}

}  // namespace puddle::iam::records
