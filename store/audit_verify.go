package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"genjin/store/dbgen"
)

// VerifyOptions says what the log is held against besides itself.
type VerifyOptions struct {
	Checkpoint []byte // one that was kept outside
}

// Report is what a verification found. Each finding names a row, a checkpoint
// or a file; none means that all is as it was written.
type Report struct {
	Leaves, Checkpoints, Files int
	Findings                   []string
}

// verifyPage is how many rows are held at once.
const verifyPage = 2000

// findingsMax bounds a report: a log with so many faults is broken as a whole.
const findingsMax = 1000

// VerifyAudit holds every audit row, checkpoint and evidence file against what
// was signed. It reads page by page; the database may be in use meanwhile.
func (s *Store) VerifyAudit(ctx context.Context, o VerifyOptions) (Report, error) {
	key, err := s.auditKey()
	if err != nil {
		return Report{}, err
	}
	v := &verifier{store: s, key: key, received: map[string]string{}, hashes: map[string]bool{}}
	err = s.View(ctx, func(tx *Tx) error {
		v.tx = tx
		for _, step := range []func(context.Context) error{
			func(ctx context.Context) error { return v.loadCheckpoints(ctx, o) }, v.leaves, v.storedHashes, v.unplaced, v.tail, v.keptFiles,
		} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return v.report, v.evidence()
}

// verifier walks the log once, and rebuilds the tree as it goes.
type verifier struct {
	store  *Store
	tx     *Tx
	key    *auditKey
	report Report

	signed   []checkpoint // by size
	size     int64        // leaves seen so far
	edge     []subtree    // the complete subtrees that make the tree so far, largest first
	position int64        // of the next stored hash
	want     []tlog.Hash  // stored hashes that were computed and not yet compared

	received map[string]string // file object → sha256 at its receipt
	hashes   map[string]bool   // every sha256 that a leaf names
}

// subtree is a complete subtree of the log.
type subtree struct {
	level int
	hash  tlog.Hash
}

func (v *verifier) find(format string, args ...any) {
	if len(v.report.Findings) < findingsMax {
		v.report.Findings = append(v.report.Findings, fmt.Sprintf(format, args...))
	}
}

// loadCheckpoints reads the table, the files and the one from outside, and
// holds table and files against each other.
func (v *verifier) loadCheckpoints(ctx context.Context, o VerifyOptions) error {
	rows, err := v.tx.q.Checkpoints(ctx)
	if err != nil {
		return fmt.Errorf("load checkpoints: %w", err)
	}
	files, err := v.checkpointFiles()
	if err != nil {
		return err
	}
	for _, r := range rows {
		c, err := openCheckpoint([]byte(r.Body), v.key)
		switch {
		case err != nil:
			v.find("检查点 %d：%v", r.Size, err)
			continue
		case c.size != r.Size || c.at != r.At:
			v.find("检查点 %d：行与签名内容不一致", r.Size)
		}
		text, kept := files[r.Size]
		switch {
		case !kept:
			v.find("检查点 %d：文件不见了", r.Size)
		case text != r.Body:
			v.find("检查点 %d：文件与数据库不一致", r.Size)
		}
		delete(files, r.Size)
		v.signed = append(v.signed, c)
	}
	for size, text := range files {
		v.find("检查点 %d：数据库里的行不见了", size)
		if c, err := openCheckpoint([]byte(text), v.key); err == nil {
			v.signed = append(v.signed, c)
		}
	}
	v.report.Checkpoints = len(v.signed)
	if len(o.Checkpoint) > 0 {
		c, err := openCheckpoint(o.Checkpoint, v.key)
		if err != nil {
			v.find("外部检查点：%v", err)
		} else {
			v.signed = append(v.signed, c)
		}
	}
	slices.SortStableFunc(v.signed, func(a, b checkpoint) int { return int(a.size - b.size) })
	return nil
}

func (v *verifier) checkpointFiles() (map[int64]string, error) {
	entries, err := os.ReadDir(v.store.checkpointDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	files := map[int64]string{}
	for _, e := range entries {
		var size int64
		if n, err := fmt.Sscanf(e.Name(), "%d.txt", &size); err != nil || n != 1 {
			v.find("检查点目录里有不认识的文件 %s", e.Name())
			continue
		}
		text, err := os.ReadFile(filepath.Join(v.store.checkpointDir(), e.Name()))
		if err != nil {
			return nil, fmt.Errorf("checkpoint: %w", err)
		}
		if _, err := openCheckpoint(text, v.key); err != nil {
			v.find("检查点文件 %s：%v", e.Name(), err)
		}
		files[size] = string(text)
	}
	return files, nil
}

// leaves walks the placed leaves in order.
func (v *verifier) leaves(ctx context.Context) error {
	for {
		page, err := v.tx.q.LeavesFrom(ctx, v.size, verifyPage)
		if err != nil {
			return fmt.Errorf("load audit leaves: %w", err)
		}
		for _, r := range page {
			if r.Seq != v.size {
				v.find("审计记录 #%d 不见了", v.size)
				v.size = r.Seq
			}
			v.leaf(r)
			v.grow(r)
		}
		if err := v.compareHashes(ctx); err != nil {
			return err
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

// leaf checks a row against its own hash and mark.
func (v *verifier) leaf(r dbgen.AuditLeafe) {
	v.report.Leaves++
	text := leafText(r)
	name := fmt.Sprintf("#%d", r.Seq)
	if r.Seq < 0 {
		name = r.ID
	}
	if leafHash(text) != r.Hash {
		v.find("审计记录 %s（%s %s）被改动", name, r.Action, r.Object)
	}
	if v.key.mac(text) != r.Mac {
		v.find("审计记录 %s（%s %s）不是本程序写入的", name, r.Action, r.Object)
	}
	var files []string
	if json.Unmarshal([]byte(r.Files), &files) != nil {
		return
	}
	for _, sha := range files {
		v.hashes[sha] = true
	}
	if r.Action == "file.receive" && len(files) > 0 {
		v.received[r.Object] = files[0]
	}
}

// grow adds a leaf to the tree and checks the checkpoints of the size that it
// reaches. The tree is built from the row's content, not from its hash column.
func (v *verifier) grow(r dbgen.AuditLeafe) {
	h := tlog.RecordHash(leafText(r))
	v.want = append(v.want, h)
	v.edge = append(v.edge, subtree{hash: h})
	for n := len(v.edge); n > 1 && v.edge[n-1].level == v.edge[n-2].level; n = len(v.edge) {
		h := tlog.NodeHash(v.edge[n-2].hash, v.edge[n-1].hash)
		v.edge = append(v.edge[:n-2], subtree{level: v.edge[n-1].level + 1, hash: h})
		v.want = append(v.want, h)
	}
	v.size++
	for len(v.signed) > 0 && v.signed[0].size <= v.size {
		if c := v.signed[0]; c.size == v.size && c.root != v.root() {
			v.find("检查点 %d：此前的记录与签名时不同", c.size)
		}
		v.signed = v.signed[1:]
	}
}

func (v *verifier) root() tlog.Hash {
	h := v.edge[len(v.edge)-1].hash
	for i := len(v.edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(v.edge[i].hash, h)
	}
	return h
}

// compareHashes holds the stored hashes against those that were computed.
func (v *verifier) compareHashes(ctx context.Context) error {
	for len(v.want) > 0 {
		rows, err := v.tx.q.AuditHashesFrom(ctx, v.position, int32(min(len(v.want), verifyPage))) //nolint:gosec // bounded
		if err != nil {
			return fmt.Errorf("load audit hashes: %w", err)
		}
		if len(rows) == 0 {
			v.find("审计散列 %d 起不见了", v.position)
			v.position += int64(len(v.want))
			v.want = v.want[:0]
			return nil
		}
		for _, r := range rows {
			if r.Position != v.position {
				v.find("审计散列 %d 不见了", v.position)
			}
			if skip := r.Position - v.position; skip >= int64(len(v.want)) {
				v.want, v.position = v.want[:0], r.Position
				break
			} else if skip > 0 {
				v.want, v.position = v.want[skip:], r.Position
			}
			if r.Hash != hex.EncodeToString(v.want[0][:]) {
				v.find("审计散列 %d 被改动", r.Position)
			}
			v.want = v.want[1:]
			v.position++
		}
	}
	return nil
}

// storedHashes finds hashes that stand for no leaf.
func (v *verifier) storedHashes(ctx context.Context) error {
	n, err := v.tx.q.CountAuditHashes(ctx)
	if err != nil {
		return fmt.Errorf("count audit hashes: %w", err)
	}
	if n != tlog.StoredHashCount(v.size) {
		v.find("审计散列有 %d 个，应有 %d 个", n, tlog.StoredHashCount(v.size))
	}
	return nil
}

// unplaced checks leaves that have no place yet.
func (v *verifier) unplaced(ctx context.Context) error {
	for after := ""; ; {
		page, err := v.tx.q.OpenLeavesAfter(ctx, after, verifyPage)
		if err != nil {
			return fmt.Errorf("load unplaced audit leaves: %w", err)
		}
		for _, r := range page {
			if r.Seq != -1 {
				v.find("审计记录 %s 的编号被改动", r.ID)
			}
			v.leaf(r)
			after = r.ID
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

// tail reports checkpoints of a log that was longer.
func (v *verifier) tail(context.Context) error {
	for _, c := range v.signed {
		v.find("检查点 %d：日志只剩 %d 条，尾部被截断", c.size, v.size)
	}
	return nil
}

// keptFiles holds the files' rows against what the log says of their receipt.
func (v *verifier) keptFiles(ctx context.Context) error {
	for after := ""; ; {
		page, err := v.tx.q.KeptFiles(ctx, after, verifyPage)
		if err != nil {
			return fmt.Errorf("load files: %w", err)
		}
		for _, r := range page {
			after = r.ID
			if want, ok := v.received["file:"+r.ID]; !ok || want != r.Sha256 {
				v.find("凭证 %s 的散列与接收时的记录不一致", r.ID)
			}
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

// evidence checks the bytes of every file that the log names.
func (v *verifier) evidence() error {
	if len(v.hashes) == 0 {
		return nil
	}
	ev, err := OpenEvidence(v.store.dataDir)
	if err != nil {
		return err
	}
	for sha := range v.hashes {
		v.report.Files++
		if err := ev.Verify(sha); err != nil {
			v.find("凭证文件 %s：%v", sha, err)
		}
	}
	slices.Sort(v.report.Findings)
	return nil
}
