CREATE TABLE apigateway_apis (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  created INTEGER NOT NULL,
  document TEXT NOT NULL        -- JSON by Api::shape()
) STRICT;
CREATE TABLE apigateway_resources (
  api TEXT NOT NULL REFERENCES apigateway_apis(id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  document TEXT NOT NULL,       -- JSON by Resource::shape(), with its methods
  PRIMARY KEY (api, id)
) STRICT;
CREATE TABLE apigateway_deployments (
  api TEXT NOT NULL REFERENCES apigateway_apis(id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created INTEGER NOT NULL,
  description TEXT NOT NULL,
  snapshot TEXT NOT NULL,       -- JSON list by Resource::shape()
  PRIMARY KEY (api, id)
) STRICT;
CREATE TABLE apigateway_stages (
  api TEXT NOT NULL REFERENCES apigateway_apis(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  document TEXT NOT NULL,       -- JSON by Stage::shape()
  PRIMARY KEY (api, name)
) STRICT;
CREATE TABLE apigateway_accounts (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  cloudwatch_role TEXT NOT NULL,
  PRIMARY KEY (account, region)
) STRICT;
