package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"genjin/store/dbgen"
)

// Forgery says what somebody recomputes who changed the log.
type Forgery struct {
	Secret string // signs with this key; empty = checkpoints are left alone
	Marks  bool   // marks the leaves with it too
	Files  bool   // writes the checkpoint files again too
	Key    bool   // puts the key in the place of the hub's
}

// Forge makes the tables fit each other again, as far as f goes.
func Forge(ctx context.Context, s *Store, f Forgery) error {
	key, err := s.auditKey()
	if f.Secret != "" {
		key, err = parseAuditKey(f.Secret)
	}
	if err != nil {
		return err
	}
	return s.Do(ctx, func(tx *Tx) error {
		leaves, err := tx.q.LeavesFrom(ctx, 0, 1<<20)
		if err != nil {
			return err
		}
		if _, err := tx.db.ExecContext(ctx, "DELETE FROM audit_hashes"); err != nil {
			return err
		}
		if err := tx.forgeLeaves(ctx, leaves, key, f.Marks); err != nil {
			return err
		}
		if f.Secret == "" {
			return nil
		}
		if f.Key {
			dir := filepath.Join(s.dataDir, "keys")
			if err := os.WriteFile(filepath.Join(dir, secretFile), []byte(f.Secret+"\n"), 0o600); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, publicFile), []byte(key.public+"\n"), 0o600); err != nil {
				return err
			}
		}
		return tx.forgeCheckpoints(ctx, key, f.Files)
	})
}

func (tx *Tx) forgeLeaves(ctx context.Context, leaves []dbgen.AuditLeafe, key *auditKey, marks bool) error {
	m := newLeafMAC(key)
	cache := hashCache{ctx: ctx, q: tx.q, kept: map[int64]tlog.Hash{}}
	for i := range leaves {
		r := &leaves[i]
		h := m.hash(r)
		if marks {
			r.Mac = m.mac()
		}
		if _, err := tx.db.ExecContext(ctx, "UPDATE audit_leaves SET hash = $1, mac = $2 WHERE id = $3", hexHash(h), r.Mac, r.ID); err != nil {
			return err
		}
		made, err := tlog.StoredHashesForRecordHash(int64(i), h, cache)
		if err != nil {
			return err
		}
		for j, h := range made {
			position := tlog.StoredHashIndex(0, int64(i)) + int64(j)
			cache.kept[position] = h
			if err := tx.q.InsertAuditHash(ctx, position, hexHash(h)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) forgeCheckpoints(ctx context.Context, key *auditKey, files bool) error {
	rows, err := tx.q.Checkpoints(ctx)
	if err != nil {
		return err
	}
	prev := int64(0)
	for _, r := range rows {
		root, err := tlog.TreeHash(r.Size, hashCache{ctx: ctx, q: tx.q, kept: map[int64]tlog.Hash{}})
		if err != nil {
			return err
		}
		c := checkpoint{size: r.Size, root: root, at: r.At, prev: prev}
		text, err := note.Sign(&note.Note{Text: c.body()}, key.signer)
		if err != nil {
			return err
		}
		if _, err := tx.db.ExecContext(ctx, "UPDATE audit_checkpoints SET body = $1 WHERE size = $2", string(text), r.Size); err != nil {
			return err
		}
		if files {
			if err := os.WriteFile(tx.store.checkpointPath(r.Size), text, 0o600); err != nil {
				return fmt.Errorf("forge: %w", err)
			}
		}
		prev = r.Size
	}
	return nil
}

// LeafText is the encoding of a leaf with these texts.
func LeafText(at int64, p []string) string {
	return string(appendLeaf(nil, &dbgen.AuditLeafe{
		At: at, ID: p[0], Actor: p[1], Action: p[2], Object: p[3], BeforeValue: p[4], AfterValue: p[5], Reason: p[6], Files: p[7], Source: p[8],
	}))
}
