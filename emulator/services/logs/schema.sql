CREATE TABLE logs_group (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL,
  retention INTEGER,             -- days; NULL: for ever
  stored INTEGER NOT NULL,       -- bytes, 26 per event included
  tags TEXT NOT NULL,            -- JSON map
  UNIQUE (account, region, name)
);
CREATE TABLE logs_stream (
  id INTEGER PRIMARY KEY,
  log_group INTEGER NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL,
  first_event INTEGER, last_event INTEGER, last_ingestion INTEGER,
  UNIQUE (log_group, name)
);
-- In the order of reading. sequence tells events of one millisecond apart and grows over all streams.
CREATE TABLE logs_event (
  stream INTEGER NOT NULL, timestamp INTEGER NOT NULL, sequence INTEGER NOT NULL,
  ingested INTEGER NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (stream, timestamp, sequence)
) WITHOUT ROWID;
