package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"genjin/store/dbgen"
)

// SequenceAudit gives up to limit leaves their place in the Merkle log, and says
// how many. It keeps nothing in memory between calls; two callers at once do no
// harm, one of them finds its work done.
func (s *Store) SequenceAudit(ctx context.Context, limit int) (int, error) {
	n := 0
	var open int64
	err := s.View(ctx, func(tx *Tx) error {
		var err error
		open, err = tx.unsequenced(ctx)
		return err
	})
	if err != nil || open == 0 {
		return 0, err // nothing is written while nobody does anything
	}
	err = s.Do(ctx, func(tx *Tx) error {
		if err := tx.turn(ctx, metaSequence); err != nil {
			return err
		}
		leaves, err := tx.q.OpenLeaves(ctx, int32(min(limit, 1<<20))) //nolint:gosec // bounded
		if err != nil {
			return fmt.Errorf("load unplaced audit leaves: %w", err)
		}
		if n = len(leaves); n == 0 {
			return nil
		}
		return tx.place(ctx, leaves)
	})
	return n, err
}

// The rows that sequencers and signers write before anything else.
const (
	metaSequence   = "audit_sequence"
	metaCheckpoint = "audit_checkpoint"
)

// turn waits until nobody else is at the same work: the second one waits for the
// first one's commit, and then sees it.
func (tx *Tx) turn(ctx context.Context, name string) error {
	if err := tx.q.SetMeta(ctx, name, strconv.FormatInt(millis(tx.now), 10)); err != nil {
		return fmt.Errorf("take turns at the audit log: %w", err)
	}
	return nil
}

func (tx *Tx) place(ctx context.Context, leaves []dbgen.AuditLeafe) error {
	size, err := tx.q.AuditSize(ctx)
	if err != nil {
		return fmt.Errorf("audit log size: %w", err)
	}
	known := hashCache{ctx: ctx, q: tx.q, kept: map[int64]tlog.Hash{}}
	for i, leaf := range leaves {
		seq := size + int64(i)
		h, err := parseHash(leaf.Hash)
		if err != nil {
			return fmt.Errorf("audit leaf %s: %w", leaf.ID, err)
		}
		hashes, err := tlog.StoredHashesForRecordHash(seq, h, known)
		if err != nil {
			return fmt.Errorf("place audit leaf %s: %w", leaf.ID, err)
		}
		at := tlog.StoredHashIndex(0, seq)
		for j, h := range hashes {
			known.kept[at+int64(j)] = h
			if err := tx.q.InsertAuditHash(ctx, at+int64(j), hex.EncodeToString(h[:])); err != nil {
				return fmt.Errorf("keep audit hash: %w", err)
			}
		}
		if placed, err := tx.q.PlaceLeaf(ctx, seq, leaf.ID); err != nil || placed != 1 {
			return fmt.Errorf("place audit leaf %s at %d: %w", leaf.ID, seq, saved(placed, err, "audit leaf", leaf.ID))
		}
	}
	return nil
}

// hashCache reads stored hashes for tlog within one transaction.
type hashCache struct {
	ctx  context.Context //nolint:containedctx // tlog's interface has no room for it; it lives for one transaction
	q    *dbgen.Queries
	kept map[int64]tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (c hashCache) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		h, ok := c.kept[p]
		if !ok {
			text, err := c.q.AuditHash(c.ctx, p)
			if err != nil {
				return nil, fmt.Errorf("audit hash %d: %w", p, err)
			}
			if h, err = parseHash(text); err != nil {
				return nil, fmt.Errorf("audit hash %d: %w", p, err)
			}
			c.kept[p] = h
		}
		out[i] = h
	}
	return out, nil
}

func parseHash(s string) (tlog.Hash, error) {
	var h tlog.Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%q is no hash", s)
	}
	copy(h[:], b)
	return h, nil
}
