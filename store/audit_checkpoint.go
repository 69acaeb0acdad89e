package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint signs the log as it stands, when it grew since the last time. The
// text goes into the database and, as a file, into checkpoints/ of the data dir:
// copies kept elsewhere prove later that nothing before them was changed.
//
// The file is on the disk, as a draft, before the row is committed, and gets its
// name afterwards: no crash leaves a row without its file.
func (s *Store) Checkpoint(ctx context.Context) (text []byte, made bool, err error) {
	if err := s.finishDrafts(ctx); err != nil {
		return nil, false, err
	}
	c, err := s.signed(ctx)
	if err != nil || c.size == c.prev {
		return nil, false, err
	}
	draft, err := s.draftCheckpoint(c)
	if err != nil {
		return nil, false, err
	}
	err = s.Do(ctx, func(tx *Tx) error {
		made, err = tx.addCheckpoint(ctx, c)
		return err
	})
	if errors.Is(err, ErrUnavailable) {
		return nil, false, err // it may stand: the next call knows
	}
	if err != nil || !made {
		return nil, false, errors.Join(err, dropDraft(draft))
	}
	return []byte(c.text), true, s.keepCheckpoint(c.size, draft)
}

// checkpoint is a signed statement about the log.
type checkpoint struct {
	name string // what a finding calls it
	size int64
	root tlog.Hash
	at   int64
	prev int64 // size of the checkpoint before it
	text string
}

// signed makes the checkpoint of what is committed, as a C2SP signed note. Its
// time and its predecessor stand in the signed part.
func (s *Store) signed(ctx context.Context) (checkpoint, error) {
	var c checkpoint
	err := s.View(ctx, func(tx *Tx) error {
		var err error
		if c.size, err = tx.q.AuditSize(ctx); err != nil {
			return fmt.Errorf("audit log size: %w", err)
		}
		if c.prev, err = tx.q.LastCheckpoint(ctx); err != nil {
			return fmt.Errorf("last checkpoint: %w", err)
		}
		if c.size == c.prev {
			return nil
		}
		c.at = millis(tx.now)
		if c.root, err = tlog.TreeHash(c.size, hashCache{ctx: ctx, q: tx.q, kept: map[int64]tlog.Hash{}}); err != nil {
			return fmt.Errorf("root of the audit log: %w", err)
		}
		return nil
	})
	if err != nil || c.size == c.prev {
		return c, err
	}
	key, err := s.auditKey()
	if err != nil {
		return c, err
	}
	text, err := note.Sign(&note.Note{Text: c.body()}, key.signer)
	if err != nil {
		return c, fmt.Errorf("sign checkpoint: %w", err)
	}
	c.text = string(text)
	return c, nil
}

// addCheckpoint keeps the row, unless another replica signed meanwhile.
func (tx *Tx) addCheckpoint(ctx context.Context, c checkpoint) (bool, error) {
	if err := tx.turn(ctx, metaCheckpoint); err != nil {
		return false, err
	}
	last, err := tx.q.LastCheckpoint(ctx)
	if err != nil {
		return false, fmt.Errorf("last checkpoint: %w", err)
	}
	if last != c.prev {
		return false, nil
	}
	n, err := tx.q.InsertCheckpoint(ctx, c.size, c.at, c.text)
	if err != nil {
		return false, fmt.Errorf("keep checkpoint: %w", err)
	}
	return n == 1, nil
}

// body is the signed part.
func (c checkpoint) body() string {
	return fmt.Sprintf("%s\n%d\n%s\nat %d\nprev %d\n", auditName, c.size, base64.StdEncoding.EncodeToString(c.root[:]), c.at, c.prev)
}

var (
	errSignature    = errors.New("the signature is wrong")
	errNoCheckpoint = errors.New("not a checkpoint of this log")
)

// openCheckpoint checks a signed note and reads it.
func openCheckpoint(text string, key *auditKey) (checkpoint, error) {
	n, err := note.Open([]byte(text), note.VerifierList(key.verifier))
	if err != nil {
		return checkpoint{}, errSignature
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 6 {
		return checkpoint{}, errNoCheckpoint
	}
	c := checkpoint{text: text}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	at, err3 := strconv.ParseInt(strings.TrimPrefix(lines[3], "at "), 10, 64)
	prev, err4 := strconv.ParseInt(strings.TrimPrefix(lines[4], "prev "), 10, 64)
	if errors.Join(err1, err2, err3, err4) != nil || len(root) != len(c.root) {
		return checkpoint{}, errNoCheckpoint
	}
	c.size, c.at, c.prev = size, at, prev
	copy(c.root[:], root)
	if c.body() != n.Text {
		return checkpoint{}, errNoCheckpoint
	}
	return c, nil
}
