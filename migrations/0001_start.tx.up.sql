-- Times are Unix microseconds (UTC), 0 where there is none. JSON is text.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE sessions (
  id         TEXT PRIMARY KEY, -- hex SHA-256 of the token
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE projects (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  sample     INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);

CREATE TABLE sources (
  id           TEXT PRIMARY KEY,
  project_id   TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  kind         TEXT NOT NULL,
  name         TEXT NOT NULL,
  url          TEXT NOT NULL,
  document_url TEXT NOT NULL,
  base_url     TEXT NOT NULL,
  document_id  TEXT NOT NULL, -- the version in use
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  fetched_at   INTEGER NOT NULL
);
CREATE INDEX sources_by_project ON sources (project_id);

CREATE TABLE documents (
  id         TEXT PRIMARY KEY,
  source_id  TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  sha256     TEXT NOT NULL,
  title      TEXT NOT NULL,
  version    TEXT NOT NULL,
  openapi    TEXT NOT NULL,
  strategy   TEXT NOT NULL,
  seen       INTEGER NOT NULL, -- counts within a source; the greatest was fetched last
  created_at INTEGER NOT NULL,
  UNIQUE (source_id, sha256)
);

CREATE TABLE document_bodies (
  id   TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
  body BLOB NOT NULL -- gzip
);

CREATE TABLE plans (
  id         TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  version    INTEGER NOT NULL, -- the newest
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX plans_by_project ON plans (project_id, updated_at);

CREATE TABLE plan_versions (
  plan_id TEXT NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  body    TEXT NOT NULL, -- JSON, secrets encrypted
  PRIMARY KEY (plan_id, version)
);

-- A number that a deleted run had is not given again.
CREATE TABLE run_numbers (
  project_id TEXT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
  last       INTEGER NOT NULL
);

CREATE TABLE runs (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused: rollups are kept by it
  id         TEXT NOT NULL UNIQUE,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  plan_id    TEXT NOT NULL, -- the plan may be gone
  number     INTEGER NOT NULL,
  name       TEXT NOT NULL,
  plan       TEXT NOT NULL, -- JSON, frozen, secrets encrypted
  state      TEXT NOT NULL,
  verdict    TEXT NOT NULL,
  reason     TEXT NOT NULL, -- JSON
  key        TEXT NOT NULL, -- of idempotency
  token_hash TEXT NOT NULL,
  process    TEXT NOT NULL, -- JSON
  env        TEXT NOT NULL, -- JSON
  created_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL,
  UNIQUE (project_id, number)
);
CREATE UNIQUE INDEX runs_by_key ON runs (project_id, key) WHERE key <> '';
CREATE UNIQUE INDEX runs_one_active ON runs (plan_id) WHERE plan_id <> '' AND state <> 'finished';
CREATE INDEX runs_active ON runs (state) WHERE state <> 'finished';
CREATE INDEX runs_by_plan ON runs (plan_id);

CREATE TABLE reports (
  run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  body   BLOB NOT NULL -- gzipped JSON
);

CREATE TABLE batches (
  id           INTEGER PRIMARY KEY, -- the order in which they were stored
  run          INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  instance     TEXT NOT NULL,
  seq          INTEGER NOT NULL,
  sent_at      INTEGER NOT NULL,
  heartbeat    TEXT, -- JSON
  samples      TEXT, -- JSON
  final        INTEGER NOT NULL,
  first_rollup INTEGER NOT NULL, -- a batch's rollups and log lines have successive ids
  rollups      INTEGER NOT NULL,
  first_log    INTEGER NOT NULL,
  logs         INTEGER NOT NULL,
  UNIQUE (run, instance, seq)
);
CREATE INDEX batches_by_run ON batches (run);

CREATE TABLE series (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  run      INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  metric   TEXT NOT NULL,
  scenario TEXT NOT NULL,
  name     TEXT NOT NULL,
  tags     TEXT NOT NULL, -- JSON of all of the series' parts
  UNIQUE (run, tags)
);

CREATE TABLE rollups (
  id     INTEGER PRIMARY KEY,
  batch  INTEGER NOT NULL,
  series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  second INTEGER NOT NULL, -- Unix seconds
  kind   TEXT NOT NULL,
  time   INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  sum    REAL NOT NULL,
  min    REAL NOT NULL,
  max    REAL NOT NULL,
  last   REAL NOT NULL,
  hist   BLOB,
  phases BLOB -- six float64, little endian
);
CREATE INDEX rollups_by_series ON rollups (series, second);

CREATE TABLE logs (
  id    INTEGER PRIMARY KEY,
  run   INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  at    INTEGER NOT NULL,
  level TEXT NOT NULL,
  text  TEXT NOT NULL
);
CREATE INDEX logs_by_run ON logs (run, at);
