package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"genjin/store/disk"
)

// newFolder makes sure that a folder is there, ours alone, and empty.
func newFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf(wordDirFull+": %w", dir, namesOf(entries), ErrNotEmpty)
	}
	// A folder of somebody else's may stay as it is: what we put there is ours alone.
	if err := os.Chmod(dir, 0o700); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errors.ErrUnsupported) { //nolint:gosec // a folder
		return err
	}
	return nil
}

// namesOf is the first few names of a folder, for a message.
func namesOf(entries []fs.DirEntry) string {
	const most = 5
	text := ""
	for i, e := range entries {
		switch {
		case i == most:
			return text + fmt.Sprintf("…（共 %d 项）", len(entries))
		case i > 0:
			text += "、"
		}
		text += e.Name()
	}
	return text
}

// copyFile copies a file durably and gives the hash of its bytes.
func copyFile(ctx context.Context, from, to string) (string, error) {
	in, err := os.Open(from) //nolint:gosec // ours, or named in a manifest within its folder
	if err != nil {
		return "", err
	}
	defer in.Close() //nolint:errcheck // only read
	return fillFile(ctx, in, to)
}

// fillFile writes a new file durably and gives the hash of its bytes.
func fillFile(ctx context.Context, in io.Reader, to string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return "", err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // within the folder that the operator named
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), disk.Reader(ctx, in))
	return sumOf(h), errors.Join(err, out.Sync(), out.Close())
}

// linkOrCopy gives a file that is never written again a second name, where the
// volume lets it, else copies it.
func linkOrCopy(ctx context.Context, from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if info, err := os.Lstat(from); err == nil && info.Mode().IsRegular() && info.Mode().Perm() == 0o600 && os.Link(from, to) == nil {
		return nil
	}
	_, err := copyFile(ctx, from, to)
	return err
}

// copyFolder copies the plain files of a folder; one that is not there has none.
func copyFolder(ctx context.Context, from, to, pattern string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return disk.IgnoreGone(err)
	}
	for _, e := range entries {
		if ok, err := filepath.Match(pattern, e.Name()); err != nil || !ok || !e.Type().IsRegular() {
			continue
		}
		if _, err := copyFile(ctx, filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// hashFile reads a whole file.
func hashFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // within the folder that the operator named
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, disk.Reader(ctx, f))
	return sumOf(h), errors.Join(err, f.Close())
}

// syncFile brings a file that another program wrote to the disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // ours
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncTree makes the names in a folder and in those below it durable.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return disk.SyncDir(path)
	})
}
