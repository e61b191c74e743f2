-- Roles and users; key is the name in lower case, as names are unique without regard to case.
CREATE TABLE iam_identities (
  account TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  name TEXT NOT NULL, path TEXT NOT NULL, id TEXT NOT NULL, trust TEXT NOT NULL,
  description TEXT, max_session INTEGER NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (account, kind, key)
) WITHOUT ROWID;
CREATE TABLE iam_inline_policies (
  account TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (account, kind, key, name)
) WITHOUT ROWID;
CREATE TABLE iam_attachments (
  account TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, policy TEXT NOT NULL,
  PRIMARY KEY (account, kind, key, policy)
) WITHOUT ROWID;
CREATE TABLE iam_policies (
  arn TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, id TEXT NOT NULL,
  description TEXT, default_version INTEGER NOT NULL, last_version INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE iam_policy_versions (
  arn TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (arn, version)
) WITHOUT ROWID;
-- owner: the ARN of a role, user or policy.
CREATE TABLE iam_tags (
  owner TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE TABLE iam_access_keys (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, user_key TEXT NOT NULL, secret TEXT NOT NULL,
  active INTEGER NOT NULL, created INTEGER NOT NULL
) WITHOUT ROWID;
