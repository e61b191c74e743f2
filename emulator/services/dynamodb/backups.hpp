// Backups: copies of tables with what is needed to make tables of them. In memory by ARN, as rows, their
// items in trees of their own. A backup is CREATING while its items are copied ("dynamodb.backup", a durable
// job). Engine thread.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "services/dynamodb/records.hpp"
#include "services/dynamodb/table_settings.hpp"

namespace puddle::dynamodb {

class DynamoDb;

struct Backup {
  std::int64_t id = 0;
  std::string account, region, arn, name, status, type;  ///< type: USER or SYSTEM
  std::int64_t created = 0, expires = 0;                 ///< milliseconds; expires 0: never
  std::string table_name, table_arn, table_id;
  std::int64_t table_created = 0, items = 0, bytes = 0;
  wire::Value definition;                  ///< of the table, as it was
  std::string stream_view, ttl_attribute;  ///< empty: off
  Copying copying;
  Tree tree;  ///< not part of the row

  wire::Value details() const;      ///< BackupDetails
  wire::Value description() const;  ///< BackupDescription
  wire::Value summary() const;      ///< BackupSummary
  static wire::Shape shape();
};

class Backups {
 public:
  explicit Backups(DynamoDb& db) : db_(db) {}
  void load();
  Backup* find(const std::string& arn);
  Backup* find(std::int64_t id);
  /// Of the account and region, oldest first.
  std::vector<const Backup*> in(const std::string& account, const std::string& region) const;
  /// Rows of a backup of the table as it is now; its items are still to be copied.
  Backup& create(Table& table, const std::string& name, Time now);
  /// What a table with point-in-time recovery leaves behind when it is deleted; takes over its items.
  void keep_deleted(Table& table, Time now);
  void erase(Backup& backup);
  /// Copies on; true when the backup is complete.
  bool step(Backup& backup);
  std::int64_t last_id() const { return backups_.empty() ? 0 : backups_.rbegin()->first; }
  /// Is a backup of the table being made?
  bool reads(std::int64_t table) const;
  /// Removes what has expired.
  void expire(Time now);

 private:
  std::unique_ptr<Backup> of(const Table& table, const std::string& name, const char* type, Time now);
  void save(const Backup& backup);
  DynamoDb& db_;
  std::map<std::int64_t, std::unique_ptr<Backup>> backups_;  ///< by id, which grows
};

/// Plans the copying of a new backup; at once, as far as that is quick, when tables change without delay.
void settle(DynamoDb& db, Backup& backup, Time now);
void handle_backup_jobs(DynamoDb& db);

}  // namespace puddle::dynamodb
