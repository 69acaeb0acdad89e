package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"genjin/store/disk"
)

// Folder keeps files by their content: a file is found under its SHA-256 and
// nothing else. It never leaves its folder (os.Root).
type Folder struct {
	root *os.Root
	dir  string
}

// Stored is a file that was taken in.
type Stored struct {
	SHA256 string // hex
	Size   int64  // bytes
	Type   string // by content: pdf, docx …
	Media  string // media type by content
	Name   string // cleaned
}

// FileError is why a file was not taken in. Reason is a stable word.
type FileError struct{ Reason string }

// Error implements error.
func (e *FileError) Error() string { return "file refused: " + e.Reason }

// ErrHashMismatch means that the bytes on disk are not those that came in.
var ErrHashMismatch = errors.New("the bytes are not those that were stored")

// leftoverAge is when a temporary file belongs to an upload that is over.
const leftoverAge = 10 * time.Minute

var shaShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open opens the folder of evidence files in the data dir, and clears
// what uploads that broke off have left behind.
func Open(dataDir string) (*Folder, error) {
	dir := filepath.Join(dataDir, "evidence")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	e := &Folder{root: root, dir: dir}
	if err := e.sweep(time.Now()); err != nil { //nolint:forbidigo // compared with the file system's own times
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Close lets go of the folder.
func (e *Folder) Close() error {
	if err := e.root.Close(); err != nil {
		return fmt.Errorf("evidence folder: %w", err)
	}
	return nil
}

// sweep removes temporary files that are too old to be in use.
func (e *Folder) sweep(now time.Time) error {
	entries, err := fs.ReadDir(e.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("evidence folder: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !strings.HasPrefix(entry.Name(), tmpPrefix) || now.Sub(info.ModTime()) < leftoverAge {
			continue
		}
		if err := e.root.Remove(entry.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("evidence leftovers: %w", err)
		}
	}
	return nil
}

const tmpPrefix = "tmp-"

// Put takes a file in: it is streamed to disk, hashed, and checked by content.
// A refusal is a [FileError] and leaves nothing behind, nor does an upload that
// breaks off. maxBytes bounds the file.
func (e *Folder) Put(ctx context.Context, r io.Reader, name string, maxBytes int64) (Stored, error) {
	tmp := tmpPrefix + rand.Text()
	f, err := e.root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return Stored{}, fmt.Errorf("evidence: %w", err)
	}
	st, err := e.fill(ctx, f, r, name, maxBytes)
	if err := errors.Join(err, f.Close()); err != nil {
		return Stored{}, errors.Join(err, e.root.Remove(tmp))
	}
	if err := e.keep(tmp, st.SHA256); err != nil {
		return Stored{}, errors.Join(fmt.Errorf("evidence: %w", err), disk.IgnoreGone(e.root.Remove(tmp)))
	}
	return st, nil
}

// fill copies the bytes to a temporary file and looks at them.
func (e *Folder) fill(ctx context.Context, f *os.File, r io.Reader, name string, maxBytes int64) (Stored, error) {
	h := sha256.New()
	most := min(maxBytes, math.MaxInt64-1)
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(disk.Reader(ctx, r), most+1))
	switch {
	case n > maxBytes:
		return Stored{}, refuse(reasonTooLarge)
	case err != nil:
		return Stored{}, fmt.Errorf("evidence: copy: %w", err)
	case n == 0:
		return Stored{}, refuse(reasonEmpty)
	}
	st := Stored{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n, Name: CleanName(name)}
	if st.Media, st.Type, err = inspect(f, n, name); err != nil {
		return Stored{}, err
	}
	if err := f.Sync(); err != nil {
		return Stored{}, fmt.Errorf("evidence: sync: %w", err)
	}
	return st, nil
}

// keep gives a checked file its place. The same content twice is one file.
func (e *Folder) keep(tmp, sha string) error {
	if err := e.root.MkdirAll(sha[:2], 0o700); err != nil {
		return err
	}
	if err := e.root.Rename(tmp, Place(sha)); err != nil {
		return err
	}
	return errors.Join(disk.SyncDir(filepath.Join(e.dir, sha[:2])), disk.SyncDir(e.dir))
}

// IsHash tells whether a word has the shape of a file's hash.
func IsHash(sha string) bool { return shaShape.MatchString(sha) }

// Place is where a file stands in the folder.
func Place(sha string) string { return sha[:2] + "/" + sha }

// Open gives a file's bytes, after they were held against its hash: not one
// byte of a changed file leaves.
func (e *Folder) Open(sha string) (io.ReadCloser, error) {
	if !IsHash(sha) {
		return nil, fmt.Errorf("evidence %q: %w", sha, fs.ErrNotExist)
	}
	f, err := e.root.Open(Place(sha))
	if err != nil {
		return nil, fmt.Errorf("evidence %s: %w", sha, err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, errors.Join(fmt.Errorf("evidence %s: %w", sha, err), f.Close())
	}
	if hex.EncodeToString(h.Sum(nil)) != sha {
		return nil, errors.Join(fmt.Errorf("evidence %s: %w", sha, ErrHashMismatch), f.Close())
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("evidence %s: %w", sha, err), f.Close())
	}
	return f, nil
}

// Verify holds a file's bytes against its hash.
func (e *Folder) Verify(sha string) error {
	f, err := e.Open(sha)
	if err != nil {
		return err
	}
	return f.Close()
}
