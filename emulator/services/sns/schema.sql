CREATE TABLE sns_topic(
  arn TEXT PRIMARY KEY,
  attributes TEXT NOT NULL,      -- JSON object: what was set
  tags TEXT NOT NULL,            -- JSON object
  deleted INTEGER NOT NULL,      -- subscriptions that were deleted
  created INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sns_subscription(
  arn TEXT PRIMARY KEY,
  topic_arn TEXT NOT NULL,
  protocol TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  owner TEXT NOT NULL,
  principal TEXT NOT NULL,
  token TEXT NOT NULL,
  confirmed INTEGER NOT NULL,
  authenticated INTEGER NOT NULL,
  authenticate_on_unsubscribe INTEGER NOT NULL,
  attributes TEXT NOT NULL,      -- JSON object: what was set
  created INTEGER NOT NULL
) WITHOUT ROWID;
