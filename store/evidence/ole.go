package evidence

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf16"
)

// An OLE file keeps the names of its streams in entries of this size, and its
// sectors are multiples of it.
const oleEntry = 128

// inspectOLE tells the old office formats apart by the streams in them, and
// finds programs and passwords. It takes every entry for a name that may be one,
// so that no chain of sectors can hide it.
func inspectOLE(f io.ReaderAt, size int64) (kind string, err error) {
	buf := make([]byte, scanChunk)
	for at := int64(0); at < size; at += scanChunk {
		n, err := f.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("evidence: %w", err)
		}
		for chunk := buf[:n]; len(chunk) >= oleEntry; chunk = chunk[oleEntry:] {
			name := oleName(chunk[:oleEntry])
			switch {
			case name == "EncryptedPackage": // an office file of today with a password
				return "", refuse(reasonScan)
			case slices.Contains(oleMacros, name):
				return "", refuse(reasonActive)
			case kind == "":
				kind = oleStreams[name]
			}
		}
	}
	if kind == "" {
		return "", refuse(reasonType)
	}
	return kind, nil
}

// oleName is the name in a directory entry, or nothing where the bytes are none.
func oleName(entry []byte) string {
	n := int(binary.LittleEndian.Uint16(entry[64:]))
	kind := entry[66] // 1 storage, 2 stream, 5 root
	if n < 4 || n > 64 || n%2 != 0 || kind == 0 || kind > 5 || entry[n-2] != 0 || entry[n-1] != 0 {
		return ""
	}
	name := make([]uint16, 0, 32)
	for i := 0; i < n-2; i += 2 {
		name = append(name, binary.LittleEndian.Uint16(entry[i:]))
	}
	return string(utf16.Decode(name))
}
