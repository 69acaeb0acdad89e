package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// lockFile makes this process the one that serves a SQLite file. The file holds
// its process id, for the message to the second one.
func lockFile(path string) (free func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the database
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	ours, err := tryLock(f)
	switch {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	case !ours:
		holder, _ := io.ReadAll(io.LimitReader(f, 32)) // only for the message
		pid := strings.TrimSpace(string(holder))
		return nil, errors.Join(fmt.Errorf(wordServed+": %w", strings.TrimSuffix(path, ".lock"), pid, ErrLocked), f.Close())
	}
	if err := writePID(f); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return func() error { return errors.Join(unlock(f), f.Close()) }, nil
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}
