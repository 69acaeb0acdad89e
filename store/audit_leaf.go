package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"genjin/sales"
	"genjin/store/dbgen"
)

// leafVersion stands at the head of every leaf's encoding; a new encoding gets
// a new word, so that old leaves stay verifiable.
const leafVersion = "genjin-leaf-1"

// appendAudit writes one leaf of the audit log in the deciding transaction. Its
// place in the log is given later.
func (tx *Tx) appendAudit(ctx context.Context, e sales.Entry, from Source) error {
	before, err := value(e.Before)
	if err != nil {
		return err
	}
	after, err := value(e.After)
	if err != nil {
		return err
	}
	files := "[]"
	if len(e.Files) > 0 {
		if files, err = encode("files", e.Files); err != nil {
			return err
		}
	}
	source, err := encode("source", from)
	if err != nil {
		return err
	}
	key, err := tx.store.auditKey()
	if err != nil {
		return err
	}
	r := dbgen.AuditLeafe{
		ID: tx.NewID(), At: millis(tx.now), Actor: storable(e.Actor), Action: storable(e.Action), Object: storable(e.Object),
		BeforeValue: before, AfterValue: after, Reason: storable(e.Reason), Files: files, Source: source,
	}
	m := newLeafMAC(key)
	h := m.hash(&r)
	if err := tx.q.InsertLeaf(ctx, dbgen.InsertLeafParams{
		ID: r.ID, At: r.At, Actor: r.Actor, Action: r.Action, Object: r.Object, BeforeValue: r.BeforeValue, AfterValue: r.AfterValue,
		Reason: r.Reason, Files: r.Files, Source: r.Source, Hash: hexHash(h), Mac: m.mac(),
	}); err != nil {
		return fmt.Errorf("audit %s of %s: %w", e.Action, e.Object, err)
	}
	return nil
}

// storable is a text as both databases give it back: PostgreSQL takes neither
// NUL nor broken UTF-8.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// value is a before or after as the log keeps it.
func value(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode audit value: %w", err)
	}
	return string(text), nil
}

// appendLeaf adds a leaf's content to b, each part behind its length: no two
// leaves have one encoding.
func appendLeaf(b []byte, r *dbgen.AuditLeafe) []byte {
	var at [20]byte
	b = appendPart(b, leafVersion)
	b = appendPart(b, r.ID)
	b = appendPart(b, string(strconv.AppendInt(at[:0], r.At, 10)))
	b = appendPart(b, r.Actor)
	b = appendPart(b, r.Action)
	b = appendPart(b, r.Object)
	b = appendPart(b, r.BeforeValue)
	b = appendPart(b, r.AfterValue)
	b = appendPart(b, r.Reason)
	b = appendPart(b, r.Files)
	return appendPart(b, r.Source)
}

func appendPart(b []byte, part string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

// leafMAC computes hash and mark of one leaf after the other: RFC 6962's hash,
// and a mark that only a holder of the audit key can make.
type leafMAC struct {
	text []byte
	key  hash.Hash
}

func newLeafMAC(k *auditKey) leafMAC { return leafMAC{key: hmac.New(sha256.New, k.macKey[:])} }

// hash takes a leaf up.
func (m *leafMAC) hash(r *dbgen.AuditLeafe) tlog.Hash {
	m.text = appendLeaf(m.text[:0], r)
	return tlog.RecordHash(m.text)
}

// mac is the mark of the leaf taken up last.
func (m *leafMAC) mac() string {
	sum := m.sum()
	return hex.EncodeToString(sum[:])
}

// marks says whether mac is that mark.
func (m *leafMAC) marks(mac string) bool {
	sum := m.sum()
	return isHash(mac, &sum)
}

func (m *leafMAC) sum() (sum [sha256.Size]byte) {
	m.key.Reset()
	m.key.Write(m.text)
	m.key.Sum(sum[:0])
	return sum
}

// unsequenced counts the leaves that have no place in the log yet.
func (tx *Tx) unsequenced(ctx context.Context) (int64, error) {
	n, err := tx.q.CountOpenLeaves(ctx)
	if err != nil {
		return 0, fmt.Errorf("count unplaced audit leaves: %w", err)
	}
	return n, nil
}
