CREATE TABLE cloudformation_stack(
  id TEXT PRIMARY KEY,          -- ARN
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  status TEXT NOT NULL, reason TEXT NOT NULL,
  template TEXT NOT NULL,
  parameters TEXT NOT NULL,     -- JSON: name -> value
  tags TEXT NOT NULL,           -- JSON: list of {Key, Value}
  capabilities TEXT NOT NULL,   -- JSON: list
  outputs TEXT NOT NULL,        -- JSON: list of {OutputKey, OutputValue, Description}
  principal TEXT NOT NULL,      -- JSON: whose permissions count
  on_failure TEXT NOT NULL,     -- ROLLBACK, DELETE or DO_NOTHING
  created INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX cloudformation_stack_name ON cloudformation_stack(account, region, name);
CREATE TABLE cloudformation_resource(
  stack_id TEXT NOT NULL, logical_id TEXT NOT NULL,
  seq INTEGER NOT NULL,         -- order of creation
  type TEXT NOT NULL, physical_id TEXT NOT NULL,
  status TEXT NOT NULL, reason TEXT NOT NULL,
  properties TEXT NOT NULL,     -- JSON, resolved
  attributes TEXT NOT NULL,     -- JSON: what Fn::GetAtt gives
  at INTEGER NOT NULL,
  PRIMARY KEY(stack_id, logical_id)
) WITHOUT ROWID;
CREATE TABLE cloudformation_event(
  id INTEGER PRIMARY KEY,
  stack_id TEXT NOT NULL, event_id TEXT NOT NULL, logical_id TEXT NOT NULL, physical_id TEXT NOT NULL,
  type TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, properties TEXT NOT NULL, at INTEGER NOT NULL
);
CREATE INDEX cloudformation_event_stack ON cloudformation_event(stack_id, id);
