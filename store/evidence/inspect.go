package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// The words for what a file is, by content.
const (
	kindPDF  = "pdf"
	kindDOCX = "docx"
	kindXLSX = "xlsx"
	kindPPTX = "pptx"
	kindDOC  = "doc"
	kindXLS  = "xls"
	kindPPT  = "ppt"
	kindJPG  = "jpg"
	kindPNG  = "png"
	kindGIF  = "gif"
	kindWebP = "webp"
	kindHEIC = "heic"
	kindTXT  = "txt"
	kindCSV  = "csv"
)

// Why a file is not taken in. cards has the words for each.
const (
	reasonType     = "type_not_allowed"
	reasonLimit    = "archive_limit"
	reasonPath     = "archive_path"
	reasonScan     = "cannot_scan"
	reasonDamaged  = "file_damaged"
	reasonTooLarge = "file_too_large"
	reasonActive   = "active_content"
	reasonEmpty    = "file_empty"
)

// scanChunk is how much of a file is looked at in one go.
const scanChunk = 64 << 10

func refuse(reason string) error { return &FileError{Reason: reason} }

// inspect finds a file's type by its content and looks for what must not be
// kept. The name counts only where a computer would run what it names.
func inspect(f io.ReaderAt, size int64, name string) (media, kind string, err error) {
	ext := strings.ToLower(path.Ext(CleanName(name)))
	if slices.Contains(programExtensions, ext) || slices.Contains(pageExtensions, ext) {
		return "", "", refuse(reasonType)
	}
	defer func() {
		if recover() != nil { // a decoder met what its makers did not think of
			media, kind, err = "", "", refuse(reasonDamaged)
		}
	}()
	return inspectContent(f, size)
}

func inspectContent(f io.ReaderAt, size int64) (media, kind string, err error) {
	m, err := mimetype.DetectReader(io.NewSectionReader(f, 0, size))
	if err != nil {
		return "", "", fmt.Errorf("evidence: type: %w", err)
	}
	switch {
	case isOrWas(m, "application/zip"):
		kind, err = inspectZip(f, size)
		return officeMedia[kind], kind, err
	case isOrWas(m, "application/x-ole-storage"):
		kind, err = inspectOLE(f, size)
		return officeMedia[kind], kind, err
	}
	media, _, _ = strings.Cut(m.String(), ";")
	kind, ok := fileKinds[media]
	if !ok {
		return "", "", refuse(reasonType)
	}
	return media, kind, inspectKind(kind, f, size)
}

// isOrWas says whether a type is of that family.
func isOrWas(m *mimetype.MIME, media string) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is(media) {
			return true
		}
	}
	return false
}

func inspectKind(kind string, f io.ReaderAt, size int64) error {
	switch kind {
	case kindPDF:
		return inspectPDF(f, size)
	case kindJPG, kindPNG, kindGIF, kindWebP, kindHEIC:
		return inspectImage(kind, f, size)
	default:
		return inspectText(f, size)
	}
}

// inspectText turns away what only looks like text: a browser would run it.
func inspectText(f io.ReaderAt, size int64) error {
	head := make([]byte, min(size, scanChunk))
	if _, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("evidence: %w", err)
	}
	head = bytes.ToLower(head)
	for _, word := range []string{"<script", "<html", "<svg", "<iframe", "<!doctype"} {
		if bytes.Contains(head, []byte(word)) {
			return refuse(reasonType)
		}
	}
	return nil
}
