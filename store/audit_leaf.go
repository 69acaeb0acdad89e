package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

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
	row := dbgen.AuditLeafe{
		ID: tx.NewID(), At: millis(tx.now), Actor: e.Actor, Action: e.Action, Object: e.Object, BeforeValue: before, AfterValue: after,
		Reason: e.Reason, Files: files, Source: source,
	}
	key, err := tx.store.auditKey()
	if err != nil {
		return err
	}
	text := leafText(row)
	if err := tx.q.InsertLeaf(ctx, dbgen.InsertLeafParams{
		ID: row.ID, At: row.At, Actor: row.Actor, Action: row.Action, Object: row.Object, BeforeValue: row.BeforeValue, AfterValue: row.AfterValue,
		Reason: row.Reason, Files: row.Files, Source: row.Source, Hash: leafHash(text), Mac: key.mac(text),
	}); err != nil {
		return fmt.Errorf("audit %s of %s: %w", e.Action, e.Object, err)
	}
	return nil
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

// leafText is a leaf's content, each part behind its length: no two leaves have
// one encoding.
func leafText(r dbgen.AuditLeafe) []byte {
	var b []byte
	for _, part := range []string{
		leafVersion, r.ID, strconv.FormatInt(r.At, 10), r.Actor, r.Action, r.Object, r.BeforeValue, r.AfterValue, r.Reason, r.Files, r.Source,
	} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}

// leafHash is RFC 6962's hash of a leaf.
func leafHash(text []byte) string {
	h := tlog.RecordHash(text)
	return hex.EncodeToString(h[:])
}

// mac marks a leaf as written by a holder of the audit key.
func (k *auditKey) mac(text []byte) string {
	m := hmac.New(sha256.New, k.macKey[:])
	m.Write(text)
	return hex.EncodeToString(m.Sum(nil))
}

// unsequenced counts the leaves that have no place in the log yet.
func (tx *Tx) unsequenced(ctx context.Context) (int64, error) {
	n, err := tx.q.CountOpenLeaves(ctx)
	if err != nil {
		return 0, fmt.Errorf("count unplaced audit leaves: %w", err)
	}
	return n, nil
}
