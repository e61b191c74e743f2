CREATE TABLE sqs_queue(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL,
  attributes TEXT NOT NULL,     -- JSON: name -> text, what was set
  tags TEXT NOT NULL,           -- JSON: name -> text
  purged INTEGER NOT NULL DEFAULT 0,
  purged_id INTEGER NOT NULL DEFAULT 0,   -- messages up to this id are gone, though their rows may be there
  group_scope INTEGER NOT NULL DEFAULT 0  -- 1: deduplicates within a group, for good
);
-- What never changes of a message: written at its end of the table, removed later in ranges.
CREATE TABLE sqs_message(
  id INTEGER PRIMARY KEY,       -- order of arrival over all queues
  queue INTEGER NOT NULL,
  message_id BLOB NOT NULL,     -- 16 bytes of a UUID
  sent INTEGER NOT NULL,
  visible INTEGER NOT NULL,     -- when its delay ends
  sender TEXT NOT NULL,
  body TEXT NOT NULL,
  attributes BLOB,              -- packed, see message.hpp
  trace TEXT,                   -- AWSTraceHeader
  group_id TEXT,
  deduplication_id TEXT,
  source TEXT                   -- ARN of the queue that it was moved from
);
-- What changes: a narrow row for each message that was received or is gone.
CREATE TABLE sqs_state(
  id INTEGER PRIMARY KEY,
  received INTEGER NOT NULL,    -- receive count; -1: the message is gone, its rows are yet to be removed
  first_received INTEGER NOT NULL,
  visible INTEGER NOT NULL,     -- when it can be received
  receipt INTEGER NOT NULL      -- of the last receive; 0 before the first
);
-- Ids up to `value` may have been given out: taken in blocks, so that an id never comes twice.
CREATE TABLE sqs_mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
-- Receives with a ReceiveRequestAttemptId of the last five minutes.
CREATE TABLE sqs_attempt(
  queue INTEGER NOT NULL,
  attempt TEXT NOT NULL,
  at INTEGER NOT NULL,
  messages TEXT NOT NULL,       -- "id receipt visible" of each
  PRIMARY KEY(queue, attempt)
) WITHOUT ROWID;
CREATE TABLE sqs_move_task(
  id TEXT PRIMARY KEY,          -- UUID
  source TEXT NOT NULL,         -- ARN of the dead-letter queue
  destination TEXT NOT NULL,    -- ARN; empty: each message to where it came from
  rate INTEGER NOT NULL,        -- messages a second; 0: as fast as it goes
  started INTEGER NOT NULL,
  status TEXT NOT NULL,
  failure TEXT NOT NULL,
  moved INTEGER NOT NULL,
  to_move INTEGER NOT NULL,
  last_id INTEGER NOT NULL      -- messages up to this id were there when it started
) WITHOUT ROWID;
CREATE TABLE sqs_deleted_name(
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  until INTEGER NOT NULL,      -- the name is barred
  PRIMARY KEY(account, region, name)
) WITHOUT ROWID;
CREATE INDEX sqs_deleted_name_until ON sqs_deleted_name(until);
