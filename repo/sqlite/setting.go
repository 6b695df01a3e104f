package sqlite

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
)

type settingRow struct {
	bun.BaseModel `bun:"table:settings,alias:row"`

	Key   string `bun:"key,pk"`
	Value string
}

var noSetting = domain.Errorf(domain.NotFound, "store.not_found.setting", "This setting was never set.")

// Settings keeps the installation's settings by name.
type Settings struct{ db *DB }

// Settings returns the repository of settings.
func (db *DB) Settings() *Settings { return &Settings{db} }

// Get returns a setting; NotFound if it was never set.
func (r *Settings) Get(ctx context.Context, key string) (string, error) {
	var rows []settingRow
	err := r.db.reader.NewSelect().Model(&rows).Where("key = ?", key).Scan(ctx)
	if err == nil && len(rows) == 0 {
		err = noSetting
	}
	if err != nil {
		return "", r.db.fail(fmt.Sprintf("get setting %s", key), err)
	}
	return rows[0].Value, nil
}

// Set stores a setting in place of the one before.
func (r *Settings) Set(ctx context.Context, key, value string) error {
	row := settingRow{Key: key, Value: text(value)}
	_, err := r.db.writer.NewInsert().Model(&row).On("CONFLICT (key) DO UPDATE").Set("value = excluded.value").Exec(ctx)
	return r.db.fail(fmt.Sprintf("set setting %s", key), err)
}

// All returns every setting that was set.
func (r *Settings) All(ctx context.Context) (map[string]string, error) {
	var rows []settingRow
	if err := r.db.reader.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, r.db.fail("list settings", err)
	}
	all := make(map[string]string, len(rows))
	for _, row := range rows {
		all[row.Key] = row.Value
	}
	return all, nil
}
