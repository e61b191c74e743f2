CREATE TABLE lambda_function (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  code_sha256 TEXT NOT NULL,   -- hex; names the row of lambda_code
  configuration TEXT NOT NULL, -- JSON of the API's FunctionConfiguration
  policy TEXT NOT NULL,        -- JSON list of statements
  tags TEXT NOT NULL,          -- JSON map
  PRIMARY KEY (account, region, name)
) WITHOUT ROWID;
CREATE TABLE lambda_code (sha256 TEXT PRIMARY KEY, zip BLOB NOT NULL);
CREATE TABLE lambda_mapping (
  uuid TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL,
  created INTEGER NOT NULL,
  configuration TEXT NOT NULL  -- JSON of the API's EventSourceMappingConfiguration
);
-- The last record of a shard that is done with; an empty sequence stands for the shard's beginning.
CREATE TABLE lambda_checkpoint (
  mapping TEXT NOT NULL, shard TEXT NOT NULL, sequence TEXT NOT NULL,
  PRIMARY KEY (mapping, shard)
) WITHOUT ROWID;
