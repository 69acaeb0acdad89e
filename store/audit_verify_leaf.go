package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"genjin/store/dbgen"
)

// placed walks the leaves that have their place, in order.
func (v *verifier) placed(ctx context.Context) error {
	for limit := int32(verifyPage); ; {
		page, err := v.tx.q.LeavesFrom(ctx, v.tree.size, limit)
		switch {
		case err != nil && limit > 1: // find the row that cannot be read
			limit = 1
			continue
		case err != nil:
			v.broken = true
			return v.unread(ctx, err, wordLeavesUnread, v.tree.size)
		}
		for i := range page {
			if err := v.place(ctx, &page[i]); err != nil {
				return err
			}
		}
		if len(page) < int(limit) {
			return nil
		}
	}
}

// place checks one leaf and puts it into the tree.
func (v *verifier) place(ctx context.Context, r *dbgen.AuditLeafe) error {
	if r.Seq > v.tree.size {
		if err := v.gap(ctx, r.Seq); err != nil {
			return err
		}
	}
	h, sound := v.leaf(r)
	switch {
	case r.Seq < v.tree.size:
		v.find(wordLeafNumber, r.ID, r.Seq) // a second one at this place
		return nil
	case v.broken:
		v.tree.size = max(r.Seq, r.Seq+1)
		return nil
	}
	position := tlog.StoredHashIndex(0, r.Seq)
	stored, ok, err := v.stored.at(ctx, position)
	if err != nil {
		return err
	}
	switch {
	case !ok:
		v.find(wordHashGone, position)
	case isHash(stored, (*[sha256.Size]byte)(&h)):
	case sound:
		v.find(wordLeafMisplaced, leafName(r), r.Action, r.Object, position)
	default:
		// The row was named. The hash stands in for it, so that the rest of the
		// tree can still be told right from wrong.
		if old, err := parseHash(stored); err == nil {
			h = old
		}
	}
	return v.grow(ctx, h)
}

// gap reports the leaves before seq and goes on with their stored hashes.
func (v *verifier) gap(ctx context.Context, seq int64) error {
	if first, last := v.tree.size, seq-1; first == last {
		v.find(wordLeafGone, first)
	} else {
		v.find(wordLeavesGone, first, last)
	}
	if seq-v.tree.size > gapMax {
		v.breakTree()
	}
	for !v.broken && v.tree.size < seq {
		stored, ok, err := v.stored.at(ctx, tlog.StoredHashIndex(0, v.tree.size))
		if err != nil {
			return err
		}
		h, err := parseHash(stored)
		if !ok || err != nil {
			v.breakTree()
			break
		}
		if err := v.grow(ctx, h); err != nil {
			return err
		}
	}
	v.tree.size = seq
	return nil
}

func (v *verifier) breakTree() {
	v.broken = true
	v.find(wordTreeBroken, v.tree.size)
}

// leaf checks a row against its own hash and mark. A sound one is as the hub
// wrote it, wherever it stands.
func (v *verifier) leaf(r *dbgen.AuditLeafe) (h tlog.Hash, sound bool) {
	v.report.Leaves++
	h = v.mac.hash(r)
	switch {
	case !isHash(r.Hash, (*[sha256.Size]byte)(&h)):
		v.find(wordLeafAltered, leafName(r), r.Action, r.Object)
	case !v.mac.marks(r.Mac):
		v.find(wordLeafForeign, leafName(r), r.Action, r.Object)
	default:
		sound = true
	}
	v.remember(r)
	return h, sound
}

// remember notes the files that a leaf names.
func (v *verifier) remember(r *dbgen.AuditLeafe) {
	if r.Files == "[]" {
		return
	}
	var files []string
	if json.Unmarshal([]byte(r.Files), &files) != nil {
		return // it was altered, and so named already
	}
	for _, sha := range files {
		if sha != "" {
			v.hashes[sha] = true
		}
	}
	if id, ok := strings.CutPrefix(r.Object, "file:"); ok && r.Action == "file.receive" && len(files) > 0 {
		v.received[id] = files[0]
	}
}

// unplaced checks the leaves that have no place yet.
func (v *verifier) unplaced(ctx context.Context) error {
	after := ""
	for limit := int32(verifyPage); ; {
		page, err := v.tx.q.OpenLeavesAfter(ctx, after, limit)
		switch {
		case err != nil && limit > 1:
			limit = 1
			continue
		case err != nil:
			return v.unread(ctx, err, wordOpenUnread, after)
		}
		for i := range page {
			r := &page[i]
			if r.Seq != -1 {
				v.find(wordLeafNumber, leafName(r), r.Seq)
			}
			v.leaf(r)
			after = r.ID
		}
		if len(page) < int(limit) {
			return v.countLeaves(ctx)
		}
	}
}

// countLeaves finds rows that hide from both walks.
func (v *verifier) countLeaves(ctx context.Context) error {
	n, err := v.tx.q.CountLeaves(ctx)
	if err != nil {
		return fmt.Errorf("count audit leaves: %w", err)
	}
	if hidden := n - int64(v.report.Leaves); hidden != 0 && !v.broken {
		v.find(wordLeavesHidden, hidden)
	}
	return nil
}

// leafName is what a finding calls a leaf.
func leafName(r *dbgen.AuditLeafe) string {
	if r.Seq < 0 {
		return r.ID
	}
	return fmt.Sprintf("#%d", r.Seq)
}

func hexHash(h tlog.Hash) string { return hex.EncodeToString(h[:]) }

// isHash compares without making a string: it is asked three times a leaf.
func isHash(text string, h *[sha256.Size]byte) bool {
	var b [2 * sha256.Size]byte
	hex.Encode(b[:], h[:])
	return string(b[:]) == text
}
