//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// giveTo gives a file to who owns another one. Only root can, and only root needs
// to: what it writes the hub's own user could not read.
func giveTo(f *os.File, like string) error {
	info, err := os.Stat(like)
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	st, is := info.Sys().(*syscall.Stat_t)
	if !is {
		return nil
	}
	if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil {
		return fmt.Errorf("owner of %s: %w", f.Name(), err)
	}
	return nil
}
