CREATE TABLE sqs_queue(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL,
  attributes TEXT NOT NULL,     -- JSON: name -> text, what was set
  tags TEXT NOT NULL,           -- JSON: name -> text
  purged INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE sqs_message(
  queue INTEGER NOT NULL,
  id INTEGER NOT NULL,          -- order of arrival
  message_id TEXT NOT NULL,
  body TEXT NOT NULL,
  attributes TEXT NOT NULL,     -- JSON, as received; empty for none
  trace TEXT NOT NULL,          -- AWSTraceHeader
  sender TEXT NOT NULL,
  group_id TEXT NOT NULL,
  source TEXT NOT NULL,         -- ARN of the queue that it was moved from
  sent INTEGER NOT NULL,
  first_received INTEGER NOT NULL,
  received INTEGER NOT NULL,    -- receive count
  visible INTEGER NOT NULL,     -- when it can be received
  receipt INTEGER NOT NULL,     -- of the last receive; 0 before the first
  PRIMARY KEY(queue, id)
) WITHOUT ROWID;
