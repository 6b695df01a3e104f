// Package migrations embeds the SQL that brings a database file to the newest
// schema. Each file is one migration, carried out within one transaction:
// NNNN_what.tx.up.sql. A file that was released never changes again.
package migrations

import "embed"

// Files holds the migrations.
//
//go:embed *.tx.up.sql
var Files embed.FS
