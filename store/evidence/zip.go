package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

// Limits of what is unpacked to look at it.
const (
	archiveEntries   = 1000
	archiveBytes     = 200 << 20 // of everything unpacked
	archiveRatio     = 100
	archiveDirectory = 1 << 20 // of the list of entries: it is held in memory
)

var errReadTooMuch = errors.New("more is read than is there")

// inspectZip looks through an archive without keeping what it unpacks: the sizes
// that it claims are not believed. Office files only are kept; a bare archive is
// refused, but for its worst fault.
func inspectZip(f io.ReaderAt, size int64) (kind string, err error) {
	if claimsTooMany(f, size) {
		return "", refuse(reasonLimit)
	}
	list := &boundedReaderAt{r: f, left: archiveDirectory}
	z, err := zip.NewReader(list, size)
	switch {
	case errors.Is(err, errReadTooMuch), err == nil && len(z.File) > archiveEntries:
		return "", refuse(reasonLimit)
	case errors.Is(err, zip.ErrInsecurePath):
		return "", refuse(reasonPath)
	case err != nil:
		return "", refuse(reasonDamaged)
	}
	for _, entry := range z.File {
		if err := checkEntry(entry); err != nil {
			return "", err
		}
	}
	list.left = 2*size + archiveEntries*scanChunk // entries may overlap: each byte is not read a thousand times
	left := min(int64(archiveBytes), size*archiveRatio)
	for _, entry := range z.File {
		n, err := drain(entry, left)
		if err != nil {
			return "", err
		}
		if left -= n; left < 0 {
			return "", refuse(reasonLimit)
		}
	}
	return zipKind(z)
}

// zipKind tells the office formats apart by their parts.
func zipKind(z *zip.Reader) (string, error) {
	kind, typed := "", false
	for _, entry := range z.File {
		if k, ok := zipParts[entry.Name]; ok && kind == "" {
			kind = k
		}
		typed = typed || entry.Name == "[Content_Types].xml"
	}
	if kind == "" || !typed {
		return "", refuse(reasonType)
	}
	return kind, nil
}

// checkEntry looks at what the list says of an entry.
func checkEntry(e *zip.File) error {
	name := strings.ReplaceAll(e.Name, "\\", "/")
	ext := strings.ToLower(path.Ext(name))
	switch {
	case strings.HasPrefix(name, "/") || strings.Contains(name, ":") || slices.Contains(strings.Split(name, "/"), ".."):
		return refuse(reasonPath)
	case e.Flags&1 != 0:
		return refuse(reasonScan)
	case slices.Contains(archiveExtensions, ext):
		return refuse(reasonLimit)
	case strings.EqualFold(path.Base(name), "vbaProject.bin"):
		return refuse(reasonActive)
	case slices.Contains(programExtensions, ext):
		return refuse(reasonType)
	}
	return nil
}

// drain unpacks an entry to nowhere, at most a little more than most bytes.
func drain(e *zip.File, most int64) (int64, error) {
	r, err := e.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return 0, refuse(reasonScan)
	}
	if err != nil {
		return 0, refuse(reasonDamaged)
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, most+1))
	err = errors.Join(err, r.Close())
	if errors.Is(err, errReadTooMuch) {
		return n, refuse(reasonLimit)
	}
	if err != nil && n <= most {
		return n, refuse(reasonDamaged)
	}
	return n, nil
}

// claimsTooMany reads the counts at an archive's end: the reader would make
// room for as many.
func claimsTooMany(f io.ReaderAt, size int64) bool {
	tail := make([]byte, min(size, 66<<10))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	return at >= 0 && at+12 <= len(tail) && binary.LittleEndian.Uint16(tail[at+10:]) > archiveEntries
}

// boundedReaderAt fails once too much was read through it.
type boundedReaderAt struct {
	r    io.ReaderAt
	left int64
}

// ReadAt implements io.ReaderAt.
func (b *boundedReaderAt) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errReadTooMuch
	}
	return b.r.ReadAt(p, at)
}

// limit is the refusal that follows when too much was read, or nothing.
func (b *boundedReaderAt) limit() error {
	if b.left < 0 {
		return refuse(reasonLimit)
	}
	return nil
}
