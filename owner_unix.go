//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// giveTo gives files to who owns another one. Only root can, and only root needs
// to: what it writes the hub's own user could not read.
func giveTo(like string, paths ...string) error {
	info, err := os.Stat(like)
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	st, is := info.Sys().(*syscall.Stat_t)
	if !is {
		return nil
	}
	for _, path := range paths {
		if err := os.Lchown(path, int(st.Uid), int(st.Gid)); err != nil {
			return fmt.Errorf("owner of %s: %w", path, err)
		}
	}
	return nil
}

// giveAll gives everything in a folder to who owns the folder.
func giveAll(dir string) error {
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		return err
	}
	return giveTo(dir, all...)
}
