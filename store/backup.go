package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"genjin/store/disk"
	"genjin/store/evidence"
)

// BackupOptions says where a backup goes and what goes with it.
type BackupOptions struct {
	Dir      string            // new or empty
	Program  string            // version of this program
	Settings map[string][]byte // files of the operator's, like org.yaml, by name
}

// Backup writes a consistent copy of everything into a folder, while others go
// on working: the database as of one instant, the evidence that it names, keys,
// checkpoints, and each version of the rules and of who works here. Then it
// verifies the audit log of the copy. What that found is in Findings: it was
// wrong in the original already, the copy is complete all the same.
//
// On an error the folder is left as empty as it was.
func (s *Store) Backup(ctx context.Context, o BackupOptions) (Manifest, error) {
	m := Manifest{Format: manifestFormat, Program: o.Program, Engine: s.engineName()}
	var err error
	if m.Schema, err = s.backupSchema(ctx); err != nil {
		return m, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return m, err
	}
	if err := newFolder(dir); err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	b := &backup{store: s, dir: dir, m: m}
	if err := b.run(ctx, o); err != nil {
		return b.m, errors.Join(fmt.Errorf("backup: %w", err), clearFolder(dir))
	}
	return b.m, nil
}

func (s *Store) engineName() string {
	if s.SQLite() {
		return "sqlite"
	}
	return "postgresql"
}

// backupSchema is the schema that is there: an older one may be copied, before
// it is brought up.
func (s *Store) backupSchema(ctx context.Context) (int64, error) {
	have, err := s.schemaVersion(ctx)
	if err != nil {
		return 0, err
	}
	want, err := latestMigration()
	switch {
	case err != nil:
		return 0, err
	case have == 0:
		return 0, fmt.Errorf("backup: %s: %w", wordNothingYet, ErrSchema)
	case have > want:
		return 0, schemaNewer(have, want)
	default:
		return have, s.checkMarker(ctx)
	}
}

// backup is one in the making.
type backup struct {
	store *Store
	dir   string
	m     Manifest
}

func (b *backup) run(ctx context.Context, o BackupOptions) error {
	// Before the rows, as in a verification: a checkpoint's file without its row
	// is a finding, and must be one in the copy too.
	sizes, _, err := b.store.listCheckpoints()
	if err != nil {
		return err
	}
	b.m.Mark = b.store.now()
	f, err := b.store.engine.freeze(ctx, b.dir)
	if err != nil {
		return err
	}
	err = b.fill(ctx, f, sizes)
	if err == nil {
		err = f.check(ctx)
	}
	if err := errors.Join(err, f.close()); err != nil {
		return err
	}
	for name, text := range o.Settings {
		if _, err := fillFile(ctx, strings.NewReader(string(text)), filepath.Join(b.dir, "settings", filepath.Base(name))); err != nil {
			return err
		}
	}
	if err := b.list(ctx); err != nil {
		return err
	}
	b.m.Finished = b.store.now()
	if err := syncTree(b.dir); err != nil {
		return err
	}
	return errors.Join(b.m.write(b.dir), disk.SyncDir(filepath.Dir(b.dir)))
}

// fill puts the files beside the database, and verifies what came together.
func (b *backup) fill(ctx context.Context, f *frozen, sizes []int64) error {
	if err := f.view(ctx, func(tx *Tx) error { return b.fromRows(ctx, tx, sizes) }); err != nil {
		return err
	}
	// After the rows: whatever row is there was written with this key.
	for _, folder := range []struct{ name, pattern string }{{"keys", "*.*"}, {"holidays", "*.json"}} {
		if err := copyFolder(ctx, filepath.Join(b.store.dataDir, folder.name), filepath.Join(b.dir, folder.name), folder.pattern); err != nil {
			return fmt.Errorf("copy %s: %w", folder.name, err)
		}
	}
	v := newVerifier(&Store{dataDir: b.dir})
	if err := v.loadFiles(); err != nil {
		return err
	}
	if err := f.view(ctx, func(tx *Tx) error { return v.rows(ctx, tx, VerifyOptions{}) }); err != nil {
		return fmt.Errorf("verify the copy: %w", err)
	}
	for sha := range v.hashes {
		if err := b.evidence(ctx, sha); err != nil {
			return err
		}
	}
	if err := v.evidence(ctx); err != nil {
		return fmt.Errorf("verify the copied evidence: %w", err)
	}
	r := v.done()
	b.m.Audit, b.m.Findings = v.audit(r), r.Findings
	return nil
}

// evidence copies one file. One that is gone, or a row that names none, is what
// the verification finds.
func (b *backup) evidence(ctx context.Context, sha string) error {
	if !evidence.IsHash(sha) {
		return nil
	}
	name := filepath.Join("evidence", filepath.FromSlash(evidence.Place(sha)))
	if err := linkOrCopy(ctx, filepath.Join(b.store.dataDir, name), filepath.Join(b.dir, name)); disk.IgnoreGone(err) != nil {
		return fmt.Errorf("copy evidence %s: %w", sha, err)
	}
	return nil
}

// fromRows writes what the rows say, and copies the checkpoints they name.
func (b *backup) fromRows(ctx context.Context, tx *Tx, sizes []int64) error {
	var err error
	if b.m.Rows, err = countRows(ctx, tx, b.store.SQLite()); err != nil {
		return err
	}
	if b.m.Installation, err = tx.q.MetaByName(ctx, metaMarker); err != nil {
		return fmt.Errorf("read the marker: %w", err)
	}
	if _, err := fillFile(ctx, strings.NewReader(b.m.Installation+"\n"), filepath.Join(b.dir, markerFile)); err != nil {
		return err
	}
	if err := b.checkpoints(ctx, tx, sizes); err != nil {
		return err
	}
	return b.versions(ctx, tx)
}

func (b *backup) checkpoints(ctx context.Context, tx *Tx, sizes []int64) error {
	rows, err := tx.q.Checkpoints(ctx)
	if err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	bodies := map[int64]string{}
	for _, r := range rows {
		bodies[r.Size] = r.Body
		sizes = append(sizes, r.Size)
	}
	slices.Sort(sizes)
	for _, size := range slices.Compact(sizes) {
		text, err := b.store.checkpointText(size, bodies[size])
		if errors.Is(err, fs.ErrNotExist) {
			continue // the verification names it
		}
		if err != nil {
			return err
		}
		to := filepath.Join(b.dir, "checkpoints", checkpointFile(size))
		if _, err := fillFile(ctx, strings.NewReader(text), to); err != nil {
			return err
		}
	}
	return nil
}

// versions writes each version of rules.yaml and org.yaml as a file, for people:
// the database has them too.
func (b *backup) versions(ctx context.Context, tx *Tx) error {
	rows, err := tx.db.QueryContext(ctx, "SELECT kind, version, body FROM versions ORDER BY kind, version")
	if err != nil {
		return fmt.Errorf("versions of rules and org: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read to its end
	for rows.Next() {
		var kind, body string
		var version int64
		if err := rows.Scan(&kind, &version, &body); err != nil {
			return fmt.Errorf("versions of rules and org: %w", err)
		}
		to := filepath.Join(b.dir, "versions", fmt.Sprintf("%s-%04d.yaml", filepath.Base(kind), version))
		if _, err := fillFile(ctx, strings.NewReader(body), to); err != nil {
			return err
		}
	}
	return rows.Err()
}

// countRows counts each table.
func countRows(ctx context.Context, tx *Tx, sqlite bool) (map[string]int64, error) {
	tables, err := tableNames(ctx, tx, sqlite)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, name := range tables {
		var n int64
		if err := tx.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+quoteName(name)).Scan(&n); err != nil {
			return nil, fmt.Errorf("count %s: %w", name, err)
		}
		counts[name] = n
	}
	return counts, nil
}

func tableNames(ctx context.Context, tx *Tx, sqlite bool) ([]string, error) {
	if !sqlite {
		tables, err := tablesOf(ctx, tx.db)
		names := make([]string, 0, len(tables))
		for _, t := range tables {
			names = append(names, t.name)
		}
		return names, err
	}
	rows, err := tx.db.QueryContext(ctx, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read to its end
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list the tables: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// list enters every file into the manifest with its hash. Evidence bears its hash
// as its name; the verification has just read it, unless it found something.
func (b *backup) list(ctx context.Context) error {
	return filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(b.dir, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := ManifestFile{Path: filepath.ToSlash(name), Size: info.Size(), SHA256: d.Name()}
		if !strings.HasPrefix(f.Path, "evidence/") || len(b.m.Findings) > 0 {
			if f.SHA256, err = hashFile(ctx, path); err != nil {
				return err
			}
		}
		b.m.Files = append(b.m.Files, f)
		return nil
	})
}

// clearFolder takes back what a backup that failed has written.
func clearFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return disk.IgnoreGone(err)
	}
	var errs []error
	for _, e := range entries {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return errors.Join(errs...)
}
