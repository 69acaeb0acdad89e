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

	"genjin/sales"
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
// without a card of theirs having reached anybody.
func (s *Store) Undelivered(ctx context.Context, before time.Time) ([]int64, error) {
	var numbers []int64
	err := s.View(ctx, func(tx *Tx) error {
		pending, err := tx.PendingApprovals(ctx)
		if err != nil {
			return err
		}
		for _, a := range pending {
			if !a.UpdatedAt.Before(before) {
				continue
			}
			if there, err := tx.delivered(ctx, a); err != nil {
				return err
			} else if !there {
				numbers = append(numbers, a.Number)
			}
		}
		return nil
	})
	return numbers, err
}

// delivered tells whether an open card of an approval was sent.
func (tx *Tx) delivered(ctx context.Context, a sales.Approval) (bool, error) {
	cards, err := tx.CardsOf(ctx, "approval", a.Number)
	if err != nil {
		return false, err
	}
	for _, c := range cards {
		m, err := tx.Message(ctx, c.MessageID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
		if err == nil && m.State == MessageSent {
			return true, nil
		}
	}
	return false, nil
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
	if err := errors.Join(err, f.Close()); err != nil {
		return "", false, fmt.Errorf("look at the lock: %w", err)
	}
	return pid, !free, nil
}
