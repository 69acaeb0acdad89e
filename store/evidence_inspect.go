package store

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // decoders that check a picture's head
	_ "image/jpeg" // decoders that check a picture's head
	_ "image/png"  // decoders that check a picture's head
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// Limits of what is looked into.
const (
	archiveEntries = 1000
	archiveBytes   = 200 << 20 // of everything unpacked
	archiveRatio   = 100
	pixelsMax      = 40_000_000
	scanChunk      = 64 << 10
)

func refuse(reason string) error { return &FileError{Reason: reason} }

// inspect finds a file's type by its content and looks for what must not be
// kept. The name counts only where it contradicts.
func inspect(f io.ReaderAt, size int64, name string) (media, kind string, err error) {
	if slices.Contains(activeExtensions, strings.ToLower(path.Ext(CleanName(name)))) {
		return "", "", refuse("type_not_allowed")
	}
	m, err := mimetype.DetectReader(io.NewSectionReader(f, 0, min(size, 1<<20)))
	if err != nil {
		return "", "", fmt.Errorf("evidence: type: %w", err)
	}
	for at := m; at != nil; at = at.Parent() {
		if at.Is("text/html") || at.Is("image/svg+xml") || at.Is("text/xml") || at.Is("application/json") {
			return "", "", refuse("type_not_allowed")
		}
	}
	media, _, _ = strings.Cut(m.String(), ";")
	kind, ok := fileTypes[media]
	if !ok && m.Parent() != nil && m.Parent().Is("application/x-ole-storage") || media == "application/x-ole-storage" {
		kind, ok = oleKind(name)
	}
	if zipped(media) {
		if err := inspectZip(f, size); err != nil {
			return "", "", err
		}
	}
	if !ok {
		return "", "", refuse("type_not_allowed")
	}
	return media, kind, inspectKind(kind, f, size)
}

// zipped tells archives and the office formats that are archives.
func zipped(media string) bool {
	return media == "application/zip" || strings.Contains(media, "openxmlformats")
}

// oleKind tells the old office formats apart by name: inside they are one.
func oleKind(name string) (string, bool) {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".doc", ".xls", ".ppt":
		return ext[1:], true
	}
	return "", false
}

func inspectKind(kind string, f io.ReaderAt, size int64) error {
	switch kind {
	case "pdf":
		return inspectPDF(f, size)
	case "jpg", "png", "gif":
		return inspectImage(kind, f, size)
	}
	return nil
}

// inspectImage reads a picture's head and looks whether its end is there.
func inspectImage(kind string, f io.ReaderAt, size int64) error {
	c, _, err := image.DecodeConfig(io.NewSectionReader(f, 0, size))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return refuse("file_damaged")
	}
	if int64(c.Width)*int64(c.Height) > pixelsMax {
		return refuse("archive_limit")
	}
	tail := make([]byte, min(size, scanChunk))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("evidence: %w", err)
	}
	end := map[string][]byte{"jpg": {0xFF, 0xD9}, "png": []byte("IEND"), "gif": {0x3B}}[kind]
	if !bytes.Contains(tail, end) {
		return refuse("file_damaged")
	}
	return nil
}

// inspectPDF reads a PDF through once: its end must be there, and nothing that
// acts on opening or hides its content.
func inspectPDF(f io.ReaderAt, size int64) error {
	var ended, encrypted, active bool
	buf := make([]byte, scanChunk+32)
	for at := int64(0); at < size; at += scanChunk {
		n, err := f.ReadAt(buf, at) // chunks overlap, so that no word falls between two
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("evidence: %w", err)
		}
		chunk := buf[:n]
		ended = ended || bytes.Contains(chunk, []byte("%%EOF"))
		encrypted = encrypted || bytes.Contains(chunk, []byte("/Encrypt"))
		active = active || slices.ContainsFunc(activeWords, func(w string) bool { return hasName(chunk, w) })
	}
	switch {
	case encrypted:
		return refuse("cannot_scan")
	case active:
		return refuse("active_content")
	case !ended:
		return refuse("file_damaged")
	}
	return nil
}

// hasName finds a PDF name that is not the beginning of a longer one.
func hasName(chunk []byte, name string) bool {
	for {
		i := bytes.Index(chunk, []byte(name))
		if i < 0 {
			return false
		}
		chunk = chunk[i+len(name):]
		if len(chunk) == 0 || !isNameByte(chunk[0]) {
			return true
		}
	}
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// inspectZip looks through an archive without keeping what it unpacks: the sizes
// that it claims are not believed.
func inspectZip(f io.ReaderAt, size int64) error {
	z, err := zip.NewReader(f, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return refuse("file_damaged")
	}
	if len(z.File) > archiveEntries {
		return refuse("archive_limit")
	}
	left := min(int64(archiveBytes), size*archiveRatio)
	for _, entry := range z.File {
		if err := checkEntry(entry); err != nil {
			return err
		}
		n, err := drain(entry, left)
		if err != nil {
			return err
		}
		if left -= n; left < 0 {
			return refuse("archive_limit")
		}
	}
	return nil
}

func checkEntry(e *zip.File) error {
	name := strings.ReplaceAll(e.Name, "\\", "/")
	switch {
	case strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..") || strings.Contains(name, ":"):
		return refuse("archive_path")
	case e.Flags&1 != 0:
		return refuse("cannot_scan")
	case slices.Contains([]string{".zip", ".7z", ".rar", ".gz", ".exe", ".js", ".vbs"}, strings.ToLower(path.Ext(name))):
		return refuse("type_not_allowed")
	case strings.HasSuffix(strings.ToLower(name), "vbaproject.bin"):
		return refuse("active_content")
	}
	return nil
}

// drain unpacks an entry to nowhere, at most a little more than most bytes.
func drain(e *zip.File, most int64) (int64, error) {
	r, err := e.Open()
	if err != nil {
		return 0, refuse("file_damaged")
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, most+1))
	if err := errors.Join(err, r.Close()); err != nil && n <= most {
		return n, refuse("file_damaged")
	}
	return n, nil
}
