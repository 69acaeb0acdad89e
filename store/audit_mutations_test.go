package store_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// spoiler is a world being spoilt.
type spoiler struct {
	*mrand.Rand
	t       *testing.T
	dir     string
	db      *sql.DB
	size    int64 // placed leaves
	outside []byte
	did     string // what was done, for the log
	want    string // what a finding must name
}

// change is one thing that somebody may do to the log or the files.
type change func(s *spoiler) error

var leafColumns = []string{"id", "seq", "at", "actor", "action", "object", "before_value", "after_value", "reason", "files", "source", "hash", "mac"}

// changes by name. Each must be found.
var changes = map[string]change{
	"leaf column": leafColumn,
	"leaf gone": func(s *spoiler) error {
		n := s.Int64N(s.size)
		s.want = name(n)
		return s.exec("DELETE FROM audit_leaves WHERE seq = ?", n)
	},
	"leaf forged":    leafForged,
	"leaves swapped": leavesSwapped,
	"leaf unplaced":  func(s *spoiler) error { return s.exec("UPDATE audit_leaves SET seq = -1 WHERE seq = ?", s.size-1) },
	"leaf placed": func(s *spoiler) error {
		return s.exec("UPDATE audit_leaves SET seq = ? WHERE id = (SELECT MIN(id) FROM audit_leaves WHERE seq < 0)", s.size)
	},
	"leaf renumbered":      leafRenumbered,
	"tail cut":             func(s *spoiler) error { return s.cutTail() },
	"tail and signatures":  tailAndSignatures,
	"tail, rows and files": tailRowsAndFiles,
	"recomputed":           recomputed,
	"hash altered": func(s *spoiler) error {
		n := s.hashAt()
		s.want = fmt.Sprint("散列 ", n)
		return s.column("audit_hashes", "hash", "position", n)
	},
	"hash gone": func(s *spoiler) error {
		n := s.hashAt()
		s.want = fmt.Sprint("散列 ", n)
		return s.exec("DELETE FROM audit_hashes WHERE position = ?", n)
	},
	"hash added":        hashAdded,
	"hash renumbered":   hashRenumbered,
	"hashes swapped":    hashesSwapped,
	"checkpoint column": checkpointColumn,
	"checkpoint gone": func(s *spoiler) error {
		n := s.checkpoint()
		s.want = fmt.Sprintf("检查点 %d", n)
		return s.exec("DELETE FROM audit_checkpoints WHERE size = ?", n)
	},
	"checkpoint gone whole": checkpointGoneWhole,
	"checkpoint copied": func(s *spoiler) error {
		return s.exec("INSERT INTO audit_checkpoints SELECT size + 1, at, body FROM audit_checkpoints WHERE size = ?", s.checkpoint())
	},
	"checkpoint file": func(s *spoiler) error {
		n := s.checkpoint()
		s.want = strconv.FormatInt(n, 10)
		return s.spoil(s.checkpointFile(n))
	},
	"checkpoint file gone": func(s *spoiler) error {
		n := s.checkpoint()
		s.want = fmt.Sprintf("检查点 %d", n)
		return os.Remove(s.checkpointFile(n))
	},
	"checkpoint file moved": func(s *spoiler) error {
		n := s.checkpoint()
		s.want = fmt.Sprintf("检查点 %d", n)
		return os.Rename(s.checkpointFile(n), s.checkpointFile(n+1))
	},
	"checkpoint file added": func(s *spoiler) error {
		s.want = "note.txt"
		return os.WriteFile(filepath.Join(s.dir, "checkpoints", "note.txt"), nil, 0o600)
	},
	"checkpoint files swap": checkpointFilesSwapped,
	"another's signature":   anothersSignature,
	"evidence altered":      func(s *spoiler) error { f := s.evidence(); s.want = filepath.Base(f); return s.spoil(f) },
	"evidence gone":         func(s *spoiler) error { f := s.evidence(); s.want = filepath.Base(f); return os.Remove(f) },
	"evidence swapped":      evidenceSwapped,
	"file row":              fileRow,
	"file row gone": func(s *spoiler) error {
		id := s.fileID()
		s.want = id
		return s.exec("DELETE FROM files WHERE id = ?", id)
	},
	"public key": func(s *spoiler) error {
		s.want = "audit.pub"
		return s.spoil(filepath.Join(s.dir, "keys", "audit.pub"))
	},
	"public key gone": func(s *spoiler) error {
		s.want = "audit.pub"
		return os.Remove(filepath.Join(s.dir, "keys", "audit.pub"))
	},
	"key gone": func(s *spoiler) error {
		s.want = "audit.key"
		return os.Remove(filepath.Join(s.dir, "keys", "audit.key"))
	},
	"key replaced": func(s *spoiler) error {
		return os.WriteFile(filepath.Join(s.dir, "keys", "audit.key"), []byte(s.newSecret()), 0o600)
	},
	"outside one altered":    outsideAltered,
	"outside one of another": outsideOfAnother,
}

func name(seq int64) string { return fmt.Sprintf("#%d", seq) }

func (s *spoiler) newSecret() string {
	secret, _, err := note.GenerateKey(rand.Reader, "genjin-audit")
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

func (s *spoiler) exec(statement string, args ...any) error {
	s.did = fmt.Sprint(statement, " ", args)
	res, err := s.db.Exec(statement, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("%s %v changed nothing: %w", statement, args, err)
	}
	return nil
}

func (s *spoiler) text(query string, args ...any) string {
	var v string
	if err := s.db.QueryRow(query, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return v
}

func (s *spoiler) number(query string, args ...any) int64 {
	var v int64
	if err := s.db.QueryRow(query, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return v
}

// other is a value that is not the old one.
func (s *spoiler) other(old string) string {
	for {
		b := []byte(old)
		switch s.IntN(5) {
		case 0:
			return old + " "
		case 1:
			if old != "" {
				return ""
			}
		case 2:
			if at := s.IntN(len(b) + 1); at < len(b) {
				b[at] = "0123456789abcdef"[s.IntN(16)]
			}
		case 3:
			if at := s.IntN(len(b) + 1); at < len(b) {
				b = append(b[:at], b[at+1:]...)
			}
		default:
			b = append([]byte{byte('a' + s.IntN(26))}, b...)
		}
		if string(b) != old {
			return string(b)
		}
	}
}

// column changes one value of a row.
func (s *spoiler) column(table, column, key string, at any) error {
	var old any
	if err := s.db.QueryRow(fmt.Sprintf("SELECT %s FROM %s WHERE %s = ?", column, table, key), at).Scan(&old); err != nil {
		return err
	}
	var v any
	switch old := old.(type) {
	case int64:
		v = old + []int64{1, -1, 1000, 1 << 40}[s.IntN(4)]
	case string:
		v = s.other(old)
	default:
		return fmt.Errorf("%s.%s is a %T", table, column, old)
	}
	return s.exec(fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ?", table, column, key), v, at)
}

func (s *spoiler) hashAt() int64 { return s.Int64N(tlog.StoredHashCount(s.size)) }

func hashAdded(s *spoiler) error {
	at := []int64{-1, -1 << 63, tlog.StoredHashCount(s.size), tlog.StoredHashCount(s.size) + 5000, 1<<63 - 1}[s.IntN(5)]
	s.want = fmt.Sprint("散列 ", at)
	return s.exec("INSERT INTO audit_hashes SELECT ?, hash FROM audit_hashes WHERE position = 0", at)
}

func hashRenumbered(s *spoiler) error {
	n := s.hashAt()
	s.want = fmt.Sprint("散列 ", n)
	return s.exec("UPDATE audit_hashes SET position = ? WHERE position = ?", tlog.StoredHashCount(s.size)+s.Int64N(9), n)
}

func hashesSwapped(s *spoiler) error {
	a, b := s.two(tlog.StoredHashCount(s.size))
	one, other := s.text("SELECT hash FROM audit_hashes WHERE position = ?", a), s.text("SELECT hash FROM audit_hashes WHERE position = ?", b)
	s.want = fmt.Sprint("散列 ", a)
	if err := s.exec("UPDATE audit_hashes SET hash = ? WHERE position = ?", other, a); err != nil {
		return err
	}
	return s.exec("UPDATE audit_hashes SET hash = ? WHERE position = ?", one, b)
}

// checkpoint is the size of a checkpoint.
func (s *spoiler) checkpoint() int64 {
	n := s.Int64N(s.number("SELECT COUNT(*) FROM audit_checkpoints"))
	return s.number("SELECT size FROM audit_checkpoints ORDER BY size LIMIT 1 OFFSET ?", n)
}

func (s *spoiler) checkpointFile(size int64) string {
	return filepath.Join(s.dir, "checkpoints", fmt.Sprintf("%012d.txt", size))
}

func checkpointColumn(s *spoiler) error {
	n := s.checkpoint()
	s.want = fmt.Sprintf("检查点 %d", n)
	return s.column("audit_checkpoints", []string{"size", "at", "body"}[s.IntN(3)], "size", n)
}

// checkpointGoneWhole takes row and file away; the next one says what came
// before it, the last one is kept outside.
func checkpointGoneWhole(s *spoiler) error {
	n := s.checkpoint()
	if err := s.exec("DELETE FROM audit_checkpoints WHERE size = ?", n); err != nil {
		return err
	}
	return os.Remove(s.checkpointFile(n))
}

func checkpointFilesSwapped(s *spoiler) error {
	a, b := s.checkpoint(), s.checkpoint()
	for a == b {
		b = s.checkpoint()
	}
	s.want = fmt.Sprintf("检查点 %d", a)
	return swapFiles(s.checkpointFile(a), s.checkpointFile(b))
}

func swapFiles(a, b string) error {
	for _, step := range [][2]string{{a, a + ".x"}, {b, a}, {a + ".x", b}} {
		if err := os.Rename(step[0], step[1]); err != nil {
			return err
		}
	}
	return nil
}

// anothersSignature puts a checkpoint in that says the truth, signed by another.
func anothersSignature(s *spoiler) error {
	n := s.checkpoint()
	s.want = fmt.Sprintf("检查点 %d", n)
	body, _, _ := strings.Cut(s.text("SELECT body FROM audit_checkpoints WHERE size = ?", n), "\n\n")
	signer, err := note.NewSigner(s.newSecret())
	if err != nil {
		return err
	}
	text, err := note.Sign(&note.Note{Text: body + "\n"}, signer)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.checkpointFile(n), text, 0o600); err != nil {
		return err
	}
	return s.exec("UPDATE audit_checkpoints SET body = ? WHERE size = ?", string(text), n)
}

// spoil changes a file's bytes.
func (s *spoiler) spoil(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	at := s.IntN(len(data))
	switch s.IntN(4) {
	case 0:
		data = data[:at]
	case 1:
		data = append(data, byte(s.IntN(256)))
	default:
		data[at] ^= 1 << s.IntN(8)
	}
	s.did = fmt.Sprintf("%s at %d", filepath.Base(path), at)
	return os.WriteFile(path, data, 0o600)
}

func (s *spoiler) evidence() string {
	all, err := filepath.Glob(filepath.Join(s.dir, "evidence", "*", "*"))
	if err != nil || len(all) < 3 {
		s.t.Fatal("no evidence files: ", err)
	}
	return all[s.IntN(len(all))]
}

func evidenceSwapped(s *spoiler) error {
	a, b := s.evidence(), s.evidence()
	for a == b {
		b = s.evidence()
	}
	s.want = filepath.Base(a)
	return swapFiles(a, b)
}

func (s *spoiler) fileID() string {
	return s.text("SELECT id FROM files ORDER BY id LIMIT 1 OFFSET ?", s.Int64N(3))
}

// fileRow lets a row point at another file's bytes, in one place or in both.
func fileRow(s *spoiler) error {
	id := s.fileID()
	other := s.text("SELECT sha256 FROM files WHERE id <> ? LIMIT 1", id)
	s.want = id
	const data = "UPDATE files SET data = REPLACE(data, sha256, ?) WHERE id = ?"
	const column = "UPDATE files SET sha256 = ? WHERE id = ?"
	switch s.IntN(4) {
	case 0:
		return s.exec(data, other, id)
	case 1:
		return s.exec(column, other, id)
	case 2:
		return s.exec(column, "", id)
	}
	if err := s.exec(data, other, id); err != nil {
		return err
	}
	return s.exec(column, other, id)
}

func outsideAltered(s *spoiler) error {
	s.want = "外部检查点"
	at := s.IntN(len(s.outside) - 4) // the last letter of a signature has bits that say nothing
	s.outside[at] ^= 1 << s.IntN(7)
	s.did = fmt.Sprintf("at %d", at)
	return nil
}

func outsideOfAnother(s *spoiler) error {
	s.want = "外部检查点"
	signer, err := note.NewSigner(s.newSecret())
	if err != nil {
		return err
	}
	body, _, _ := strings.Cut(string(s.outside), "\n\n")
	s.outside, err = note.Sign(&note.Note{Text: body + "\n"}, signer)
	return err
}
