package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint signs the log as it stands, when it grew since the last time. The
// text goes into the database and, as a file, into checkpoints/ of the data dir:
// copies kept elsewhere prove later that nothing before them was changed.
func (s *Store) Checkpoint(ctx context.Context) (text []byte, made bool, err error) {
	key, err := s.auditKey()
	if err != nil {
		return nil, false, err
	}
	var size int64
	err = s.Do(ctx, func(tx *Tx) error {
		made = false
		if size, err = tx.q.AuditSize(ctx); err != nil {
			return fmt.Errorf("audit log size: %w", err)
		}
		last, err := tx.q.LastCheckpoint(ctx)
		if err != nil {
			return fmt.Errorf("last checkpoint: %w", err)
		}
		if size == last {
			return nil
		}
		text, err = tx.signed(ctx, key, size)
		if err != nil {
			return err
		}
		n, err := tx.q.InsertCheckpoint(ctx, size, millis(tx.now), string(text))
		made = n == 1
		return err
	})
	if err != nil || !made {
		return nil, false, err
	}
	return text, true, s.keepCheckpoint(size, text)
}

// signed is the checkpoint of a size as a C2SP signed note. Its time stands in
// the signed part.
func (tx *Tx) signed(ctx context.Context, key *auditKey, size int64) ([]byte, error) {
	root, err := tlog.TreeHash(size, hashCache{ctx: ctx, q: tx.q, kept: map[int64]tlog.Hash{}})
	if err != nil {
		return nil, fmt.Errorf("root of the audit log: %w", err)
	}
	text, err := note.Sign(&note.Note{Text: checkpointText(size, root, millis(tx.now))}, key.signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return text, nil
}

func checkpointText(size int64, root tlog.Hash, at int64) string {
	return fmt.Sprintf("%s\n%d\n%s\nat %d\n", auditName, size, base64.StdEncoding.EncodeToString(root[:]), at)
}

// checkpoint is one that was read and whose signature is right.
type checkpoint struct {
	size int64
	root tlog.Hash
	at   int64
	text string
}

// openCheckpoint checks a signed note and reads it.
func openCheckpoint(text []byte, key *auditKey) (checkpoint, error) {
	n, err := note.Open(text, note.VerifierList(key.verifier))
	if err != nil {
		return checkpoint{}, fmt.Errorf("signature: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != auditName || !strings.HasPrefix(lines[3], "at ") {
		return checkpoint{}, errors.New("not a checkpoint of this log")
	}
	c := checkpoint{text: string(text)}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	at, err3 := strconv.ParseInt(strings.TrimPrefix(lines[3], "at "), 10, 64)
	if err := errors.Join(err1, err2, err3); err != nil || len(root) != len(c.root) {
		return checkpoint{}, errors.New("not a checkpoint of this log")
	}
	c.size, c.at = size, at
	copy(c.root[:], root)
	return c, nil
}

func (s *Store) checkpointDir() string { return filepath.Join(s.dataDir, "checkpoints") }

// keepCheckpoint writes the file beside the row. A file that stands there
// already is never written over.
func (s *Store) keepCheckpoint(size int64, text []byte) error {
	if err := os.MkdirAll(s.checkpointDir(), 0o700); err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	path := filepath.Join(s.checkpointDir(), fmt.Sprintf("%012d.txt", size))
	if err := writeSynced(path, text); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return nil
}
