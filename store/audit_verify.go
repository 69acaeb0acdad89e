package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// VerifyOptions says what the log is held against besides itself.
type VerifyOptions struct {
	Checkpoint []byte // one that was kept outside
}

// Report is what a verification found. Each finding names a row, a checkpoint
// or a file; none means that all is as it was written.
type Report struct {
	Leaves, Checkpoints, Files int
	Findings                   []string
}

const (
	verifyPage  = 1000    // how many rows are held at once
	findingsMax = 1000    // a log with so many faults is broken as a whole
	gapMax      = 100_000 // how many missing leaves the stored hashes may stand in for
)

// VerifyAudit holds every audit row, checkpoint and evidence file against what
// was signed. It reads page by page; the database may be in use meanwhile.
//
// What it cannot see: a leaf taken away before it got its place (a second), or a
// tail cut off with its hashes before a checkpoint covered it (a minute). Who
// holds the data dir too is betrayed only by a checkpoint kept outside.
func (s *Store) VerifyAudit(ctx context.Context, o VerifyOptions) (Report, error) {
	v := newVerifier(s)
	// Before the rows: whatever file is there, its row was committed earlier.
	if err := v.loadFiles(); err != nil {
		return Report{}, err
	}
	err := s.engine.readAll(ctx, &Tx{store: s}, func(tx *Tx) error { return v.rows(ctx, tx, o) })
	if err != nil {
		return Report{}, fmt.Errorf("verify the audit log: %w", err)
	}
	if err := v.evidence(ctx); err != nil {
		return Report{}, fmt.Errorf("verify evidence: %w", err)
	}
	return v.done(), nil
}

func newVerifier(s *Store) *verifier {
	return &verifier{store: s, received: map[string]string{}, hashes: map[string]bool{}}
}

// rows checks everything that stands in the database.
func (v *verifier) rows(ctx context.Context, tx *Tx, o VerifyOptions) error {
	v.tx = tx
	v.stored = hashCursor{v: v}
	steps := []func(context.Context) error{
		func(ctx context.Context) error { return v.loadRows(ctx, o.Checkpoint) },
		v.placed, v.rest, v.unplaced, v.tail, v.fileRows,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// done is the report once everything was looked at.
func (v *verifier) done() Report {
	if v.more > 0 {
		v.report.Findings = append(v.report.Findings, fmt.Sprintf(wordMore, v.more))
		v.more = 0
	}
	return v.report
}

// verifier walks the log once, and rebuilds the tree as it goes.
type verifier struct {
	store  *Store
	tx     *Tx
	key    *auditKey
	noKey  bool // one half or the other is gone
	noPub  bool
	mac    leafMAC
	report Report
	more   int // findings beyond findingsMax

	files  map[int64]string // checkpoint files by size
	signed []checkpoint     // still to be reached, by size
	bad    int              // signed roots that did not fit

	tree   tree
	stored hashCursor
	broken bool // leaves and their hashes are missing: the tree cannot be rebuilt from there

	received map[string]string // file id → sha256 at its receipt
	hashes   map[string]bool   // every sha256 that must be on the disk
}

func (v *verifier) find(format string, args ...any) {
	if len(v.report.Findings) == findingsMax {
		v.more++
		return
	}
	v.report.Findings = append(v.report.Findings, fmt.Sprintf(format, args...))
}

// unread turns an error about one row's content into a finding; that the
// database is away stays an error.
func (v *verifier) unread(ctx context.Context, err error, format string, args ...any) error {
	if errors.Is(err, ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	v.find(format, append(args, err)...)
	return nil
}

// loadKey reads the key, after the rows: whatever row is there was written with
// it. It does so without making one: a log whose key is gone is held against a
// stranger's, which signed nothing of it.
func (v *verifier) loadKey() error {
	dir := filepath.Join(v.store.dataDir, "keys")
	key, err := readAuditKey(dir)
	if errors.Is(err, fs.ErrNotExist) {
		v.noKey = true
		key, err = strangerKey()
	}
	if err != nil {
		return err
	}
	v.key, v.mac = key, newLeafMAC(key)
	return v.loadPublic()
}
