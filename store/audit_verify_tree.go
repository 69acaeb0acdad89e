package store

import (
	"context"
	"crypto/sha256"
	"math"

	"golang.org/x/mod/sumdb/tlog"

	"genjin/store/dbgen"
)

// tree is a Merkle log in the making: the complete subtrees, largest first.
type tree struct {
	size int64
	edge []subtree
}

// subtree is a complete subtree of the log.
type subtree struct {
	level int
	hash  tlog.Hash
}

// add puts a leaf's hash into the tree and returns the nodes it completes, in
// the order in which they are stored.
func (t *tree) add(h tlog.Hash) []tlog.Hash {
	var made []tlog.Hash
	t.edge = append(t.edge, subtree{hash: h})
	for n := len(t.edge); n > 1 && t.edge[n-1].level == t.edge[n-2].level; n = len(t.edge) {
		h := tlog.NodeHash(t.edge[n-2].hash, t.edge[n-1].hash)
		t.edge = append(t.edge[:n-2], subtree{level: t.edge[n-1].level + 1, hash: h})
		made = append(made, h)
	}
	t.size++
	return made
}

func (t *tree) root() tlog.Hash {
	h := t.edge[len(t.edge)-1].hash
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.edge[i].hash, h)
	}
	return h
}

// grow adds a leaf, holds the nodes it completes against the stored ones, and
// the tree against the checkpoints of its size.
func (v *verifier) grow(ctx context.Context, h tlog.Hash) error {
	position := tlog.StoredHashIndex(0, v.tree.size)
	for _, node := range v.tree.add(h) {
		position++
		stored, ok, err := v.stored.at(ctx, position)
		if err != nil {
			return err
		}
		if !ok {
			v.find(wordHashGone, position)
		} else if !isHash(stored, (*[sha256.Size]byte)(&node)) {
			v.find(wordHashAltered, position)
		}
	}
	for len(v.signed) > 0 && v.signed[0].size <= v.tree.size {
		if c := v.signed[0]; c.root != v.tree.root() {
			v.misfit(wordRootDiffers, c)
		}
		v.signed = v.signed[1:]
	}
	return nil
}

// misfit names the first signed roots that do not fit, and counts the others:
// one altered leaf makes all after it wrong.
func (v *verifier) misfit(word string, c checkpoint) {
	if v.bad++; v.bad <= 3 || c.name == nameOutside {
		v.find(word, c.name)
	}
}

// tail reports the checkpoints that the log does not reach.
func (v *verifier) tail(context.Context) error {
	for _, c := range v.signed {
		switch {
		case c.size > v.tree.size:
			v.find(wordTailCut, c.name, v.tree.size)
		default: // the tree broke before it
			v.misfit(wordRootUnchecked, c)
		}
	}
	if v.bad > 3 {
		v.find(wordMoreSigned, v.bad-3)
	}
	return nil
}

// hashCursor reads the stored hashes once, in order. What it passes over has no
// business being there.
type hashCursor struct {
	v    *verifier
	page []dbgen.AuditHash
	next int64 // where the next page begins
	init bool
	done bool
}

// at is the stored hash of a position; positions only ever grow.
func (c *hashCursor) at(ctx context.Context, position int64) (hash string, ok bool, err error) {
	for {
		if len(c.page) == 0 {
			if c.done {
				return "", false, nil
			}
			if err := c.load(ctx); err != nil {
				return "", false, err
			}
			continue
		}
		r := c.page[0]
		if r.Position > position {
			return "", false, nil
		}
		c.page = c.page[1:]
		if r.Position == position {
			return r.Hash, true, nil
		}
		c.extra(r.Position)
	}
}

// extra names a stored hash that stands for nothing. One behind the end may mean
// that its leaf was cut off.
func (c *hashCursor) extra(position int64) {
	end := tlog.StoredHashCount(c.v.tree.size)
	if position >= end && position-end < gapMax {
		if level, seq := tlog.SplitStoredHashIndex(position); level == 0 {
			c.v.find(wordHashNoLeaf, position, seq)
			return
		}
	}
	c.v.find(wordHashExtra, position)
}

func (c *hashCursor) load(ctx context.Context) error {
	if !c.init {
		c.init, c.next = true, math.MinInt64
	}
	page, err := c.v.tx.q.AuditHashesFrom(ctx, c.next, verifyPage)
	if err != nil {
		c.done = true
		return c.v.unread(ctx, err, wordHashesUnread, c.next)
	}
	c.done = len(page) < verifyPage
	if len(page) > 0 {
		last := page[len(page)-1].Position
		c.done = c.done || last == math.MaxInt64
		c.next = last + 1
	}
	c.page = page
	return nil
}

// rest reports the stored hashes that stand for no leaf.
func (v *verifier) rest(ctx context.Context) error {
	if v.broken {
		return nil // nobody can say which
	}
	_, ok, err := v.stored.at(ctx, math.MaxInt64)
	if ok {
		v.stored.extra(math.MaxInt64)
	}
	return err
}
