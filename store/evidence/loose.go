package evidence

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"genjin/store/disk"
)

// OlderThan lists the files that have stood in their place since before then.
func (e *Folder) OlderThan(then time.Time) ([]string, error) {
	var all []string
	err := fs.WalkDir(e.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !IsHash(path.Base(name)) {
			return disk.IgnoreGone(err)
		}
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && info.ModTime().Before(then) {
			all = append(all, path.Base(name))
		}
		return disk.IgnoreGone(err)
	})
	if err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	return all, nil
}

// Remove takes an old file away. One that came in meanwhile with the same content
// has taken its place, is young, and stays: it is put back where it was taken by
// mistake.
func (e *Folder) Remove(sha string, old time.Time) (bool, error) {
	if young, err := e.younger(Place(sha), old); young || err != nil {
		return false, err
	}
	tmp := tmpPrefix + rand.Text()
	if err := e.root.Rename(Place(sha), tmp); err != nil {
		return false, disk.IgnoreGone(err)
	}
	young, err := e.younger(tmp, old)
	if young || err != nil {
		return false, errors.Join(err, e.root.Rename(tmp, Place(sha)))
	}
	return true, e.root.Remove(tmp)
}

// younger tells whether a file came after then. One that is gone is not there to
// be removed either.
func (e *Folder) younger(name string, then time.Time) (bool, error) {
	info, err := e.root.Lstat(name)
	if err != nil {
		return true, disk.IgnoreGone(err)
	}
	return !info.ModTime().Before(then), nil
}
