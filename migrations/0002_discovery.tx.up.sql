ALTER TABLE sources ADD COLUMN definition    TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN headers       TEXT NOT NULL DEFAULT ''; -- JSON, encrypted
ALTER TABLE sources ADD COLUMN refresh_every INTEGER NOT NULL DEFAULT 0; -- milliseconds, 0 is never
ALTER TABLE sources ADD COLUMN checked_at    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN problem       TEXT NOT NULL DEFAULT ''; -- JSON

-- What changed between two versions of a source's document. It follows from
-- the two, and is kept because working it out takes seconds.
CREATE TABLE document_changes (
  old_id     TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  new_id     TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  body       BLOB NOT NULL, -- gzipped JSON
  created_at INTEGER NOT NULL,
  PRIMARY KEY (old_id, new_id)
) WITHOUT ROWID;
