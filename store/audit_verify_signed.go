package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"genjin/store/dbgen"
)

// loadFiles reads the checkpoint files.
func (v *verifier) loadFiles() error {
	sizes, strange, err := v.store.listCheckpoints()
	if err != nil {
		return err
	}
	for _, name := range strange {
		v.find(wordFileStrange, name)
	}
	v.files = map[int64]string{}
	for _, size := range sizes {
		text, err := os.ReadFile(v.store.checkpointPath(size))
		if err != nil {
			v.find(wordFileUnread, checkpointFile(size), err)
			continue
		}
		v.files[size] = string(text)
	}
	return nil
}

// loadPublic looks at the half of the key that others hold.
func (v *verifier) loadPublic() error {
	if v.noKey {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(v.store.dataDir, "keys", publicFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.noPub = true
	case err != nil:
		return fmt.Errorf("audit key: %w", err)
	case string(text) != v.key.public+"\n":
		v.find(wordPubDiffers)
	}
	return nil
}

// open reads a signed text; what is wrong with it becomes a finding.
func (v *verifier) open(name, text string) (checkpoint, bool) {
	c, err := openCheckpoint(text, v.key)
	c.name = name
	switch {
	case errors.Is(err, errSignature):
		v.find(wordSignature, name)
	case err != nil:
		v.find(wordNoCheckpoint, name)
	}
	return c, err == nil
}

// loadRows reads the checkpoints of the table and holds them against the files,
// against their predecessors and against the one from outside.
func (v *verifier) loadRows(ctx context.Context, outside []byte) error {
	rows, err := v.tx.q.Checkpoints(ctx)
	if err != nil {
		if err := v.unread(ctx, err, wordRowsUnread); err != nil {
			return err
		}
	}
	if err := v.loadKey(); err != nil {
		return err
	}
	var last int64
	for _, r := range rows {
		v.checkRow(r, last)
		last = r.Size
	}
	v.report.Checkpoints = len(rows)
	for _, size := range slices.Sorted(maps.Keys(v.files)) { // those without a row
		v.find(wordRowGone, size)
		if c, ok := v.open(fmt.Sprintf(nameCheckpointFile, checkpointFile(size)), v.files[size]); ok {
			v.signed = append(v.signed, c)
		}
	}
	if len(outside) > 0 {
		v.checkOutside(rows, outside)
	}
	if err := v.needKey(ctx, len(rows)); err != nil {
		return err
	}
	slices.SortStableFunc(v.signed, func(a, b checkpoint) int { return cmp.Compare(a.size, b.size) })
	return nil
}

// checkRow checks a checkpoint's row, its file, and that none is missing before it.
func (v *verifier) checkRow(r dbgen.AuditCheckpoint, last int64) {
	text, kept := v.files[r.Size]
	delete(v.files, r.Size)
	if !kept {
		var err error
		text, err = v.store.checkpointText(r.Size, r.Body)
		if kept = err == nil; !kept {
			v.find(wordFileGone, r.Size)
		}
	}
	if kept && text != r.Body {
		v.find(wordFileDiffers, r.Size)
		if c, ok := v.open(fmt.Sprintf(nameCheckpointFile, checkpointFile(r.Size)), text); ok {
			v.signed = append(v.signed, c)
		}
	}
	c, ok := v.open(fmt.Sprintf(nameCheckpoint, r.Size), r.Body)
	switch {
	case !ok:
		return
	case c.size != r.Size || c.at != r.At:
		v.find(wordRowAltered, r.Size)
	case c.prev != last:
		v.find(wordPrevGone, r.Size, c.prev)
	}
	v.signed = append(v.signed, c)
}

// checkOutside checks the checkpoint that was kept elsewhere. On its way through
// chats and mails it may have lost its line ends.
func (v *verifier) checkOutside(rows []dbgen.AuditCheckpoint, text []byte) {
	text = bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	c, ok := v.open(nameOutside, strings.TrimSpace(string(text))+"\n")
	if !ok {
		return
	}
	known := slices.ContainsFunc(rows, func(r dbgen.AuditCheckpoint) bool {
		return r.Size == c.size && strings.HasPrefix(r.Body, c.body())
	})
	if !known {
		v.find(wordOutsideUnknown, nameOutside)
	}
	v.signed = append(v.signed, c)
}

// needKey reports a key that is gone, if anything was written with it.
func (v *verifier) needKey(ctx context.Context, checkpoints int) error {
	if !v.noKey && !v.noPub {
		return nil
	}
	open, err := v.tx.q.CountOpenLeaves(ctx)
	if err != nil {
		return err
	}
	size, err := v.tx.q.AuditSize(ctx)
	if err != nil {
		return err
	}
	switch written := open > 0 || size > 0 || checkpoints > 0; {
	case written && v.noKey:
		v.find(wordKeyGone)
	case written:
		v.find(wordPubGone)
	}
	return nil
}
