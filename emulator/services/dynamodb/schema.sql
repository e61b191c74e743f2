CREATE TABLE dynamodb_table(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  uuid TEXT NOT NULL,
  definition TEXT NOT NULL,   -- JSON: keys, indexes, billing, throughput, tags ...
  stream TEXT NOT NULL,       -- ARN of the open or latest stream, empty for none
  created INTEGER NOT NULL
);
-- The B-trees of tables and indexes: dyn_ddb_ID(k BLOB PRIMARY KEY, item TEXT, size INTEGER).
CREATE TABLE dynamodb_tree(
  id INTEGER PRIMARY KEY,
  table_id INTEGER NOT NULL,
  name TEXT NOT NULL,         -- of the index; empty for the table's own items
  items INTEGER NOT NULL, bytes INTEGER NOT NULL,
  counted INTEGER NOT NULL,   -- 0: items and bytes are old, somebody has written since
  backfill BLOB,              -- of an index that is being filled: the key of the last item in it
  dropped INTEGER NOT NULL    -- 1: to be removed in steps
);
CREATE TABLE dynamodb_token(
  id INTEGER PRIMARY KEY,
  key TEXT UNIQUE NOT NULL,   -- account/region/ClientRequestToken
  digest BLOB NOT NULL,
  at INTEGER NOT NULL
);
-- What a table is besides its definition: state, tags, time to live, recovery, policy (table_settings.hpp).
CREATE TABLE dynamodb_settings(table_id INTEGER PRIMARY KEY, settings TEXT NOT NULL);
-- What each change of a table that can be restored overwrote; item is NULL where there was none.
CREATE TABLE dynamodb_history(
  table_id INTEGER NOT NULL, at INTEGER NOT NULL, sequence INTEGER NOT NULL,
  k BLOB NOT NULL, item TEXT, size INTEGER NOT NULL,
  PRIMARY KEY(table_id, at, sequence)
) WITHOUT ROWID;
CREATE INDEX dynamodb_history_key ON dynamodb_history(table_id, k, at);
-- Backups; their items are trees whose table_id is the backup's id.
CREATE TABLE dynamodb_backup(id INTEGER PRIMARY KEY, backup TEXT NOT NULL);
