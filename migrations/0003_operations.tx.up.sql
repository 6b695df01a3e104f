-- What lists show of a document's operations. It follows from the document,
-- and is kept because reading a large one takes a second.
CREATE TABLE document_indexes (
  id     TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
  format INTEGER NOT NULL, -- of the body
  body   BLOB NOT NULL     -- gzipped JSON
);
