package wecomsim

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// maxMediaPart is how much of a file one answer may hold.
const maxMediaPart = 20 << 20

// byteRange is a part of a file; all of it without a Range.
type byteRange struct {
	begin, end int // the end is not part of it
	partial    bool
}

// parseRange reads a Range of one part: bytes=a-b, bytes=a- or bytes=-n.
func parseRange(header string, size int) (byteRange, bool) {
	if header == "" {
		return byteRange{end: size}, true
	}
	spec, ok := strings.CutPrefix(header, "bytes=")
	from, to, dash := strings.Cut(spec, "-")
	if !ok || !dash {
		return byteRange{}, false
	}
	if from == "" {
		n, err := strconv.Atoi(to)
		return byteRange{begin: max(0, size-n), end: size, partial: true}, err == nil && n > 0 && size > 0
	}
	begin, err := strconv.Atoi(from)
	if err != nil || begin < 0 || begin >= size {
		return byteRange{}, false
	}
	if to == "" {
		return byteRange{begin: begin, end: size, partial: true}, true
	}
	last, err := strconv.Atoi(to)
	return byteRange{begin: begin, end: min(last, size-1) + 1, partial: true}, err == nil && last >= begin
}

// writeFile answers with a file, or with a part of one. The name is nowhere but
// in Content-Disposition.
func (s *Server) writeFile(w http.ResponseWriter, c *call, rep reply) {
	head, status := w.Header(), http.StatusOK
	if !rep.part.partial {
		rep.part = byteRange{end: len(rep.file.data)}
	}
	head.Set("Content-Type", http.DetectContentType(rep.file.data))
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": rep.file.name}))
	head.Set("Accept-Ranges", "bytes")
	if rep.part.partial {
		status = http.StatusPartialContent
		head.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", rep.part.begin, rep.part.end-1, len(rep.file.data)))
	}
	head.Set("Content-Length", strconv.Itoa(rep.part.end-rep.part.begin))
	s.send(w, c, status, rep.file.data[rep.part.begin:rep.part.end])
}
