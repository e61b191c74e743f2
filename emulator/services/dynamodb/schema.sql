-- Items are in one table per DynamoDB table, dyn_ddb_ID(k BLOB PRIMARY KEY, item TEXT, size INTEGER).
CREATE TABLE dynamodb_table(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  uuid TEXT NOT NULL,
  definition TEXT NOT NULL,   -- JSON: keys, billing, throughput, tags ...
  stream TEXT NOT NULL,       -- ARN of the open or latest stream, empty for none
  created INTEGER NOT NULL
);
