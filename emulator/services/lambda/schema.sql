CREATE TABLE lambda_function (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  settings TEXT NOT NULL,      -- JSON of FunctionSettings: tags, aliases, policies, concurrency, URLs ...
  PRIMARY KEY (account, region, name)
) WITHOUT ROWID;
CREATE TABLE lambda_version (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  version INTEGER NOT NULL,    -- 0 is $LATEST
  code_sha256 TEXT NOT NULL,   -- hex; names the row of lambda_code; empty for a directory
  directory TEXT NOT NULL,     -- of the machine, for code that is reloaded
  configuration TEXT NOT NULL, -- JSON of the API's FunctionConfiguration
  PRIMARY KEY (account, region, name, version)
) WITHOUT ROWID;
CREATE INDEX lambda_version_code ON lambda_version(code_sha256);
CREATE TABLE lambda_layer (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  last_version INTEGER NOT NULL, -- numbers are never given again
  PRIMARY KEY (account, region, name)
) WITHOUT ROWID;
CREATE TABLE lambda_layer_version (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
  code_sha256 TEXT NOT NULL,
  attributes TEXT NOT NULL,    -- JSON
  deleted INTEGER NOT NULL,    -- functions that have it keep it
  PRIMARY KEY (account, region, name, version)
) WITHOUT ROWID;
CREATE INDEX lambda_layer_version_code ON lambda_layer_version(code_sha256);
CREATE TABLE lambda_code (sha256 TEXT PRIMARY KEY, zip BLOB NOT NULL);
CREATE TABLE lambda_mapping (
  uuid TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL,
  created INTEGER NOT NULL,
  configuration TEXT NOT NULL, -- JSON of the API's EventSourceMappingConfiguration
  enabled INTEGER NOT NULL,    -- where its state leads to
  tags TEXT NOT NULL           -- JSON map
);
-- How far a shard's lane is: the last record that is done with; an empty sequence stands for the shard's beginning.
-- A shard has as many lanes as ParallelizationFactor says; records go to lanes by their key.
CREATE TABLE lambda_checkpoint (
  mapping TEXT NOT NULL, shard TEXT NOT NULL, lane INTEGER NOT NULL, sequence TEXT NOT NULL,
  PRIMARY KEY (mapping, shard, lane)
) WITHOUT ROWID;
-- Open tumbling windows: what the function returned as state.
CREATE TABLE lambda_window (
  mapping TEXT NOT NULL, shard TEXT NOT NULL, lane INTEGER NOT NULL,
  starts INTEGER NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (mapping, shard, lane)
) WITHOUT ROWID;
