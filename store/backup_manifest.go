package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The kinds of refusal that backup and restore give.
var (
	ErrNotEmpty  = errors.New("not empty")                     // the folder or database holds something already
	ErrRunning   = errors.New("a hub is running on it")        // stop it first
	ErrNoBackup  = errors.New("not a complete backup")         // its manifest is missing or not ours
	ErrBackupBad = errors.New("the backup is not what it was") // a file or the audit log differs
)

const (
	manifestFile   = "manifest.json"
	manifestFormat = 1
)

// Manifest says what a backup holds. It is written last: a folder without one is
// no backup.
type Manifest struct {
	Format       int              `json:"format"`
	Program      string           `json:"program"` // version of the program that wrote it
	Engine       string           `json:"engine"`  // sqlite or postgresql
	Installation string           `json:"installation"`
	Schema       int64            `json:"schema"`
	Mark         time.Time        `json:"mark"` // whatever was committed before is inside
	Finished     time.Time        `json:"finished"`
	Audit        ManifestAudit    `json:"audit"`
	Rows         map[string]int64 `json:"rows"`               // by table
	Findings     []string         `json:"findings,omitempty"` // what was wrong with the hub's own data already
	Files        []ManifestFile   `json:"files"`
}

// ManifestAudit is the head of the audit log in a backup.
type ManifestAudit struct {
	Size        int64  `json:"size"`        // leaves that have their place
	Root        string `json:"root"`        // hash of the Merkle tree over them
	Leaves      int    `json:"leaves"`      // with those that wait for their place
	Checkpoints int    `json:"checkpoints"` // signed
	Files       int    `json:"files"`       // of evidence
}

// ManifestFile is one file of a backup.
type ManifestFile struct {
	Path   string `json:"path"` // with slashes, within the backup
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// audit is the head of the log as a verification has seen it.
func (v *verifier) audit(r Report) ManifestAudit {
	a := ManifestAudit{Size: v.tree.size, Leaves: r.Leaves, Checkpoints: r.Checkpoints, Files: r.Files}
	if len(v.tree.edge) > 0 {
		a.Root = hexHash(v.tree.root())
	}
	return a
}

// ReadManifest reads what a backup says it holds, without looking at the files.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestFile)) //nolint:gosec // the operator names the backup
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf(wordNoManifest+": %w", dir, ErrNoBackup)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf(wordBadManifest+": %w: %w", dir, err, ErrNoBackup)
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf(wordOtherFormat+": %w", dir, m.Format, manifestFormat, ErrNoBackup)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return m, fmt.Errorf(wordStrangePath+": %w", dir, f.Path, ErrNoBackup)
		}
	}
	return m, nil
}

func (m Manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeSynced(filepath.Join(dir, manifestFile), append(text, '\n'))
}

// has tells whether a file is listed.
func (m Manifest) has(path string) bool {
	return slices.ContainsFunc(m.Files, func(f ManifestFile) bool { return f.Path == path })
}
