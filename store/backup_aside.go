package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"genjin/store/disk"
)

// asideKept is how many copies of a SQLite file from before migrations stay.
const asideKept = 3

// keepAside copies a SQLite file aside before migrations change it: it is named
// for the first of them, like genjin.db.before-0003.
func (s *Store) keepAside(ctx context.Context, have int64) error {
	numbers, err := migrationNumbers()
	if err != nil || have == 0 { // a fresh database has nothing to lose
		return err
	}
	at := slices.IndexFunc(numbers, func(n int64) bool { return n > have })
	if at < 0 {
		return nil
	}
	if err := s.engine.aside(ctx, numbers[at]); err != nil {
		return fmt.Errorf("copy the database aside before migration %d, nothing was changed: %w", numbers[at], err)
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "schema is brought up", slog.Int64("from", have), slog.Int64("to", numbers[len(numbers)-1]))
	return nil
}

func (e *sqliteEngine) aside(ctx context.Context, next int64) error {
	name := fmt.Sprintf("%s.before-%04d", e.file, next)
	draft := name + ".new"
	if err := disk.IgnoreGone(os.Remove(draft)); err != nil { // of a try that broke off
		return err
	}
	if err := vacuumInto(ctx, e.file, draft); err != nil {
		return errors.Join(err, disk.IgnoreGone(os.Remove(draft)))
	}
	// An older copy of this name is from a try that failed: the file went on since.
	if err := os.Rename(draft, name); err != nil {
		return err
	}
	if err := disk.SyncDir(filepath.Dir(name)); err != nil {
		return err
	}
	return e.dropAsides()
}

// dropAsides removes all but the newest copies.
func (e *sqliteEngine) dropAsides() error {
	prefix := filepath.Base(e.file) + ".before-"
	entries, err := os.ReadDir(filepath.Dir(e.file))
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, entry := range entries {
		number, ok := strings.CutPrefix(entry.Name(), prefix)
		if n, err := strconv.ParseInt(number, 10, 64); ok && err == nil && entry.Type().IsRegular() {
			names[n] = filepath.Join(filepath.Dir(e.file), entry.Name())
		}
	}
	numbers := make([]int64, 0, len(names))
	for n := range names {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers[:max(0, len(numbers)-asideKept)] {
		if err := disk.IgnoreGone(os.Remove(names[n])); err != nil {
			return err
		}
	}
	return nil
}

// aside does nothing: a copy of a server's database is the administrator's, see
// genjin backup.
func (*postgresEngine) aside(context.Context, int64) error { return nil }

// vacuumInto writes what is committed in a SQLite file, as of one instant, into
// another file. Others go on reading and writing meanwhile.
func vacuumInto(ctx context.Context, from, to string) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // synced below
	db, err := sql.Open("sqlite", sqliteDSN(from, commandWait))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	if err := errors.Join(err, db.Close()); err != nil {
		return classify(err)
	}
	return f.Sync()
}

// migrationNumbers lists the migrations of this program, in order.
func migrationNumbers() ([]int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	numbers := make([]int64, 0, len(names))
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("number of migration %s: %w", name, err)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers, nil
}
