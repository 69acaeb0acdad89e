package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// SyncDir makes the names in a folder durable. Windows does that by itself, and
// does not let anybody ask for it.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// IgnoreGone makes nothing of the error that a file is not there.
func IgnoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Reader reads from r and stops when its context ends: for one copy.
func Reader(ctx context.Context, r io.Reader) io.Reader { return &reader{ctx: ctx, r: r} }

type reader struct {
	ctx context.Context //nolint:containedctx // lives for one copy
	r   io.Reader
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
