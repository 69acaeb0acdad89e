package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// AuditHealth is how the audit log's signing stands, without reading the log.
type AuditHealth struct {
	Signed      int64     // rows under the last checkpoint; 0 = nothing was signed yet
	At          time.Time // when that checkpoint was signed
	Unsequenced int64     // rows that wait for their place
}

// AuditHealth opens the last checkpoint with the key of the data dir. It makes
// no key: an error that is [fs.ErrNotExist] means that the key is gone.
func (s *Store) AuditHealth(ctx context.Context) (AuditHealth, error) {
	var h AuditHealth
	var text string
	err := s.View(ctx, func(tx *Tx) error {
		var err error
		if h.Unsequenced, err = tx.unsequenced(ctx); err != nil {
			return err
		}
		if h.Signed, err = tx.q.LastCheckpoint(ctx); err != nil || h.Signed == 0 {
			return err
		}
		text, err = tx.q.CheckpointBody(ctx, h.Signed)
		return err
	})
	if err != nil || h.Signed == 0 {
		return h, err
	}
	key, err := readAuditKey(filepath.Join(s.dataDir, "keys"))
	if err != nil {
		return h, err
	}
	c, err := openCheckpoint(text, key)
	if err != nil {
		return h, fmt.Errorf("checkpoint %d: %w", h.Signed, err)
	}
	h.At = instant(c.at)
	return h, nil
}

// Undelivered lists the approvals that have waited since before a given time
// while somebody who must act on them was told by no road.
func (s *Store) Undelivered(ctx context.Context, before time.Time) ([]int64, error) {
	var numbers []int64
	err := s.View(ctx, func(tx *Tx) error {
		var err error
		numbers, err = tx.undelivered(ctx, millis(before))
		return err
	})
	return numbers, err
}

func (tx *Tx) undelivered(ctx context.Context, before int64) ([]int64, error) {
	numbers, err := tx.q.UndeliveredApprovals(ctx, before)
	if err != nil {
		return nil, fmt.Errorf("list undelivered approvals: %w", err)
	}
	return numbers, nil
}

// Served tells whether a process serves the SQLite file that o names, and which.
// It changes nothing; PostgreSQL has many servers and no such lock.
func Served(o Options) (pid string, served bool, err error) {
	if isPostgres(o.URL) {
		return "", false, nil
	}
	f, err := os.OpenFile(sqlitePath(o)+".lock", os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("look at the lock: %w", err)
	}
	free, err := tryLock(f)
	if err == nil && !free {
		text, _ := io.ReadAll(io.LimitReader(f, 32)) // only for a message
		pid = strings.TrimSpace(string(text))
	}
	if free { // at once: a hub may be starting
		err = errors.Join(err, unlock(f))
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return "", false, fmt.Errorf("look at the lock: %w", err)
	}
	return pid, !free, nil
}
