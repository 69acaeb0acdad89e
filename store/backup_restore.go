package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"genjin/store/disk"
)

// RestoreOptions says which backup goes where.
type RestoreOptions struct {
	Dir     string // the backup
	URL     string // as in [Options]
	DataDir string
	Now     func() time.Time
	Logger  *slog.Logger
	Damaged bool // take also a backup that names findings
}

// restoring ends the name of what is not whole yet. In the place of the data
// dir's marker it makes every program refuse the data.
const restoring = ".restoring"

// Restore brings a backup back into an empty data dir and an empty database. It
// checks each file against the manifest and verifies the audit log of what it
// wrote. Only then the marker gets its place, in one step: until that moment no
// program takes the data for a hub's. On an error it takes back what it wrote.
//
// [ErrRunning] and [ErrNotEmpty] name what is in the way.
func Restore(ctx context.Context, o RestoreOptions) (Manifest, error) {
	m, err := ReadManifest(o.Dir)
	if err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	r := &restore{o: o, m: m, target: Options{URL: o.URL, DataDir: o.DataDir, Now: o.Now, Logger: o.Logger}}
	if err := r.refuse(); err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	r.release = func() error { return nil }
	if err := r.claim(ctx); err != nil {
		return m, fmt.Errorf("restore: %w", errors.Join(err, r.release()))
	}
	err = r.run(ctx)
	if err != nil {
		err = errors.Join(err, r.undo(context.WithoutCancel(ctx)))
	}
	if err := errors.Join(err, r.release()); err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	return m, nil
}

// restore is one in the making.
type restore struct {
	o       RestoreOptions
	m       Manifest
	target  Options
	release func() error // the lock of the target
}

// refuse looks at the backup alone.
func (r *restore) refuse() error {
	want, err := latestMigration()
	switch postgres := isPostgres(r.o.URL); {
	case err != nil:
		return err
	case r.m.Engine == "postgresql" && !postgres:
		return errors.New(wordNeedsPostgres)
	case r.m.Engine == "sqlite" && postgres:
		return errors.New(wordNeedsSQLite)
	case r.m.Schema > want:
		return fmt.Errorf(wordNewerBackup+": %w", r.m.Schema, want, ErrSchema)
	case len(r.m.Findings) > 0 && !r.o.Damaged:
		return fmt.Errorf(wordDamaged+": %w", len(r.m.Findings), r.m.Findings[0], ErrBackupBad)
	default:
		return nil
	}
}

// claim makes sure that the target is empty and nobody's, and holds it.
func (r *restore) claim(ctx context.Context) error {
	if err := r.notServed(ctx); err != nil {
		return err
	}
	if err := os.MkdirAll(r.o.DataDir, 0o700); err != nil {
		return err
	}
	if err := r.dirEmpty(); err != nil {
		return err
	}
	if isPostgres(r.o.URL) {
		return r.postgresEmpty(ctx)
	}
	unlock, err := lockFile(sqlitePath(r.target) + ".lock")
	if errors.Is(err, ErrLocked) {
		return fmt.Errorf("%w: %w", err, ErrRunning)
	}
	if err != nil {
		return err
	}
	r.release = unlock
	return r.sqliteEmpty()
}

// notServed refuses a database that a hub works on. It leaves nothing behind.
func (r *restore) notServed(ctx context.Context) error {
	if isPostgres(r.o.URL) {
		return r.postgresIdle(ctx)
	}
	pid, served, err := Served(r.target)
	if err == nil && served {
		err = fmt.Errorf(wordServed+": %w", sqlitePath(r.target), pid, ErrRunning)
	}
	return err
}

// dirEmpty looks whether the data dir holds anything but a lock that nobody holds.
func (r *restore) dirEmpty() error {
	entries, err := os.ReadDir(r.o.DataDir)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == filepath.Base(sqlitePath(r.target))+".lock" })
	if len(entries) == 0 {
		return nil
	}
	marker, err := os.ReadFile(filepath.Join(r.o.DataDir, markerFile))
	if err == nil && strings.TrimSpace(string(marker)) == restoring {
		return fmt.Errorf(wordBrokeOff+": %w", r.o.DataDir, namesOf(entries), ErrNotEmpty)
	}
	return fmt.Errorf(wordTargetFull+": %w", r.o.DataDir, namesOf(entries), ErrNotEmpty)
}

// sqliteEmpty looks at a file that the operator keeps elsewhere.
func (r *restore) sqliteEmpty() error {
	for _, end := range []string{"", "-wal", restoring} {
		path := sqlitePath(r.target) + end
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf(wordFileThere+": %w", path, ErrNotEmpty), err)
		}
	}
	return nil
}

func (r *restore) run(ctx context.Context) error {
	if err := os.WriteFile(filepath.Join(r.o.DataDir, markerFile), []byte(restoring+"\n"), 0o600); err != nil {
		return err
	}
	if err := r.files(ctx); err != nil {
		return err
	}
	made, err := r.database(ctx)
	if err != nil {
		return err
	}
	if err := r.verify(ctx, made); err != nil {
		return err
	}
	return r.finish(made)
}

// files copies what belongs into the data dir, and reads all the rest: a backup
// that changed is not restored.
func (r *restore) files(ctx context.Context) error {
	for _, f := range r.m.Files {
		from := filepath.Join(r.o.Dir, filepath.FromSlash(f.Path))
		var sum string
		var err error
		folder, _, _ := strings.Cut(f.Path, "/")
		switch {
		case f.Path == sqliteFile:
			sum, err = copyFile(ctx, from, sqlitePath(r.target)+restoring)
		case slices.Contains(backupParts, folder):
			sum, err = copyFile(ctx, from, filepath.Join(r.o.DataDir, filepath.FromSlash(f.Path)))
		default:
			sum, err = hashFile(ctx, from)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf(wordPartGone+": %w", f.Path, ErrBackupBad)
		case err != nil:
			return err
		case sum != f.SHA256:
			return fmt.Errorf(wordPartDiffers+": %w", f.Path, ErrBackupBad)
		}
	}
	return nil
}

// database gives the options that open the restored database.
func (r *restore) database(ctx context.Context) (Options, error) {
	made := r.target
	if isPostgres(r.o.URL) {
		return made, r.loadDump(ctx)
	}
	if !r.m.has(sqliteFile) {
		return made, fmt.Errorf(wordPartGone+": %w", sqliteFile, ErrBackupBad)
	}
	made.URL = sqlitePath(r.target) + restoring
	return made, nil
}

// verify holds what was written against the manifest.
func (r *restore) verify(ctx context.Context, made Options) (err error) {
	s, err := Open(ctx, made)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }() //nolint:contextcheck // closing must outlive the context
	if err := r.sameRows(ctx, s); err != nil {
		return err
	}
	v := newVerifier(s)
	if err := v.loadFiles(); err != nil {
		return err
	}
	if err := s.engine.readAll(ctx, &Tx{store: s}, func(tx *Tx) error { return v.rows(ctx, tx, VerifyOptions{}) }); err != nil {
		return fmt.Errorf("verify what was restored: %w", err)
	}
	if err := v.evidence(ctx); err != nil {
		return fmt.Errorf("verify the restored evidence: %w", err)
	}
	report := v.done()
	for _, f := range report.Findings {
		if !slices.Contains(r.m.Findings, f) {
			return fmt.Errorf(wordRestoredBad+": %w", f, ErrBackupBad)
		}
	}
	if head := v.audit(report); head != r.m.Audit {
		return fmt.Errorf(wordHeadDiffers+": %w", head.Size, r.m.Audit.Size, ErrBackupBad)
	}
	return nil
}

func (r *restore) sameRows(ctx context.Context, s *Store) error {
	have, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if have != r.m.Schema {
		return fmt.Errorf(wordSchemaDiffers+": %w", have, r.m.Schema, ErrBackupBad)
	}
	return s.engine.readAll(ctx, &Tx{store: s}, func(tx *Tx) error {
		rows, err := countRows(ctx, tx, s.SQLite())
		if err != nil {
			return err
		}
		for _, table := range slices.Sorted(maps.Keys(r.m.Rows)) {
			if rows[table] != r.m.Rows[table] {
				return fmt.Errorf(wordRowsDiffer+": %w", table, rows[table], r.m.Rows[table], ErrBackupBad)
			}
		}
		id, err := tx.q.MetaByName(ctx, metaMarker)
		if err == nil && id != r.m.Installation {
			err = fmt.Errorf(wordMarkerDiffers+": %w", ErrBackupBad)
		}
		return err
	})
}

// finish gives the database its name, and then, in one step that makes it all
// valid, the data dir its marker.
func (r *restore) finish(made Options) error {
	if !isPostgres(r.o.URL) {
		if err := os.Rename(made.URL, sqlitePath(r.target)); err != nil {
			return err
		}
		if err := disk.SyncDir(filepath.Dir(made.URL)); err != nil {
			return err
		}
	}
	if err := syncTree(r.o.DataDir); err != nil {
		return err
	}
	marker := filepath.Join(r.o.DataDir, markerFile)
	if err := writeSynced(marker+restoring, []byte(r.m.Installation+"\n")); err != nil {
		return err
	}
	if err := os.Rename(marker+restoring, marker); err != nil {
		return err
	}
	return disk.SyncDir(r.o.DataDir)
}

// undo takes back what was written: the target was empty.
func (r *restore) undo(ctx context.Context) error {
	var errs []error
	if isPostgres(r.o.URL) {
		errs = append(errs, r.dropTables(ctx))
	} else {
		for _, end := range []string{"", restoring, restoring + "-wal", restoring + "-shm"} {
			errs = append(errs, disk.IgnoreGone(os.Remove(sqlitePath(r.target)+end)))
		}
	}
	for _, name := range append([]string{markerFile + restoring}, backupParts...) {
		errs = append(errs, os.RemoveAll(filepath.Join(r.o.DataDir, name)))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("take back what was restored: %w", err) // the marker stays: nobody may use this
	}
	return disk.IgnoreGone(os.Remove(filepath.Join(r.o.DataDir, markerFile)))
}
