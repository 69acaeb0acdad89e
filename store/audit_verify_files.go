package store

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"genjin/sales"
	"genjin/store/dbgen"
	"genjin/store/evidence"
)

// fileRows holds the files' rows against what the log says of their receipt.
func (v *verifier) fileRows(ctx context.Context) error {
	after := ""
	for limit := int32(verifyPage); ; {
		page, err := v.tx.q.KeptFiles(ctx, after, limit)
		switch {
		case err != nil && limit > 1:
			limit = 1
			continue
		case err != nil:
			return v.unread(ctx, err, wordFilesUnread, after)
		}
		for _, r := range page {
			v.fileRow(r)
			after = r.ID
		}
		if len(page) < int(limit) {
			break
		}
	}
	for _, id := range slices.Sorted(maps.Keys(v.received)) {
		v.find(wordFileRowGone, id)
	}
	return nil
}

// fileRow checks both places where a file's hash stands. One that is still being
// fetched or was refused has none, in the log neither.
func (v *verifier) fileRow(r dbgen.KeptFilesRow) {
	var f sales.File
	err := json.Unmarshal([]byte(r.Data), &f)
	if err != nil || f.ID != r.ID || f.SHA256 != r.Sha256 || v.received[r.ID] != r.Sha256 {
		v.find(wordFileRow, r.ID)
	}
	if r.Sha256 != "" {
		v.hashes[r.Sha256] = true
	}
	delete(v.received, r.ID)
}

// evidence checks the bytes of every file that the log or a row names.
func (v *verifier) evidence(ctx context.Context) error {
	if len(v.hashes) == 0 {
		return nil
	}
	ev, err := evidence.Open(v.store.dataDir)
	if err != nil {
		return err
	}
	for _, sha := range slices.Sorted(maps.Keys(v.hashes)) {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, ev.Close())
		}
		v.report.Files++
		err := ev.Verify(sha)
		switch {
		case err == nil:
		case errors.Is(err, fs.ErrNotExist):
			v.find(wordBytesGone, sha)
		case errors.Is(err, evidence.ErrHashMismatch):
			v.find(wordBytesDiffer, sha)
		default:
			v.find(wordBytesUnread, sha, err)
		}
	}
	return ev.Close()
}
