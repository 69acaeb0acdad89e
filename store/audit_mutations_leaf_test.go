package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"genjin/store"
)

func leafColumn(s *spoiler) error {
	id := s.text("SELECT id FROM audit_leaves ORDER BY id LIMIT 1 OFFSET ?", s.Int64N(s.size+3))
	seq := s.number("SELECT seq FROM audit_leaves WHERE id = ?", id)
	column := leafColumns[s.IntN(len(leafColumns))]
	if column == "seq" {
		v := []any{seq + 100, seq + 1<<40, -2, "text", 1.5}[s.IntN(5)]
		return s.exec("UPDATE audit_leaves SET seq = ? WHERE id = ?", v, id)
	}
	if s.want = name(seq); seq < 0 && column != "id" {
		s.want = id
	} else if seq < 0 {
		s.want = ""
	}
	if column == "at" && s.IntN(4) == 0 { // a number that is none
		return s.exec("UPDATE audit_leaves SET at = 'yesterday' WHERE id = ?", id)
	}
	return s.column("audit_leaves", column, "id", id)
}

// leafForged adds a row whose hash is right: only the mark cannot be made.
func leafForged(s *spoiler) error {
	seq, id := []int64{-1, s.size}[s.IntN(2)], fmt.Sprintf("%08x", s.Uint32())
	if s.want = id; seq >= 0 {
		s.want = name(seq)
	}
	from := s.Int64N(s.size)
	if err := s.exec(`INSERT INTO audit_leaves SELECT ?, ?, at, actor, action, object, before_value, after_value, reason, files, source, hash, mac
		FROM audit_leaves WHERE seq = ?`, id, seq, from); err != nil {
		return err
	}
	if seq < 0 || s.IntN(2) == 0 {
		return nil
	}
	return s.forge(store.Forgery{})
}

// forge recomputes what it can.
func (s *spoiler) forge(f store.Forgery) error {
	st, err := store.Open(s.t.Context(), store.Options{DataDir: s.dir, Now: time.Now})
	if err != nil {
		return err
	}
	return errors.Join(store.Forge(s.t.Context(), st, f), st.Close())
}

func leavesSwapped(s *spoiler) error {
	a, b := s.two(s.size)
	s.want = name(a)
	for _, step := range [][2]int64{{a, 1 << 50}, {b, a}, {1 << 50, b}} {
		if err := s.exec("UPDATE audit_leaves SET seq = ? WHERE seq = ?", step[1], step[0]); err != nil {
			return err
		}
	}
	return nil
}

// two are two different numbers below n, the smaller one first.
func (s *spoiler) two(n int64) (a, b int64) {
	for a == b {
		a, b = s.Int64N(n), s.Int64N(n)
	}
	return min(a, b), max(a, b)
}

func leafRenumbered(s *spoiler) error {
	n := s.Int64N(s.size)
	s.want = name(n)
	return s.exec("UPDATE audit_leaves SET seq = seq + 1000000 WHERE seq = ?", n)
}

func (s *spoiler) cutTail() error {
	s.size -= 1 + s.Int64N(s.size-1)
	if err := s.exec("DELETE FROM audit_leaves WHERE seq >= ?", s.size); err != nil {
		return err
	}
	return s.exec("DELETE FROM audit_hashes WHERE position >= ?", tlog.StoredHashCount(s.size))
}

func tailAndSignatures(s *spoiler) error {
	if err := s.cutTail(); err != nil {
		return err
	}
	return s.exec("DELETE FROM audit_checkpoints WHERE size > ?", s.size)
}

// tailRowsAndFiles needs the checkpoint from outside to be found.
func tailRowsAndFiles(s *spoiler) error {
	if err := tailAndSignatures(s); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(s.dir, "checkpoints", "*.txt"))
	if err != nil {
		return err
	}
	for _, n := range names {
		if n > s.checkpointFile(s.size) {
			if err := os.Remove(n); err != nil {
				return err
			}
		}
	}
	s.want = "外部检查点"
	return nil
}

// recomputed changes a leaf and makes everything fit again, with ever more power
// over the machine. Who holds all of it is betrayed by the checkpoint outside.
func recomputed(s *spoiler) error {
	n := s.Int64N(s.size)
	if err := s.exec("UPDATE audit_leaves SET reason = '另一个理由' WHERE seq = ?", n); err != nil {
		return err
	}
	f := []store.Forgery{
		{},
		{Marks: true},
		{Secret: s.newSecret()},
		{Secret: s.newSecret(), Files: true},
		{Secret: s.newSecret(), Marks: true, Files: true},
		{Secret: s.newSecret(), Marks: true, Files: true, Key: true},
	}[s.IntN(6)]
	s.did = fmt.Sprintf("%+v", f)
	switch {
	case f.Key:
		s.want = "外部检查点"
	case !f.Marks:
		s.want = name(n)
	}
	return s.forge(f)
}
