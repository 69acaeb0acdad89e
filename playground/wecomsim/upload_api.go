package wecomsim

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"
)

const (
	mediaLife = 3 * 24 * time.Hour
	minMedia  = 6 // bytes: more than five
	mebibyte  = 1 << 20
)

// part reads the field "media" of a multipart body.
func (c *call) part() (name string, data []byte, ok bool) {
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return "", nil, false
	}
	r := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return name, data, name != ""
		}
		if err != nil {
			return "", nil, false
		}
		if p.FormName() != "media" {
			continue
		}
		if data, err = io.ReadAll(p); err != nil {
			return "", nil, false
		}
		name = p.FileName()
	}
}

// uploadMedia keeps a file of the app for three days.
func (s *Server) uploadMedia(c *call) reply { return s.upload(c, mediaLimits) }

// uploadRobotMedia keeps a file of a group robot.
func (s *Server) uploadRobotMedia(c *call) reply {
	s.mu.Lock()
	_, known := s.chatByKeyLocked(c.q("key"))
	s.mu.Unlock()
	if !known {
		return fail(errRobotKey)
	}
	return s.upload(c, robotMediaLimits)
}

func (s *Server) upload(c *call, limits map[string]int) reply {
	kind := c.q("type")
	most, known := limits[kind]
	if !known {
		return fail(errMediaType)
	}
	name, data, ok := c.part()
	switch {
	case !ok, len(data) == 0:
		return fail(errNoFile)
	case len(data) < minMedia:
		return fail(errMediaSize)
	case len(data) > most && kind == typeImage:
		return fail(errImageSize)
	case len(data) > most:
		return fail(errMediaHuge)
	case kind == typeImage && !isPicture(data):
		return fail(errImageFormat)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.keepLocked(&blob{kind: kind, name: name, data: data, at: c.now})
	return answer(map[string]any{"type": kind, "media_id": id, "created_at": strconv.FormatInt(c.now.Unix(), 10)})
}

func isPicture(data []byte) bool {
	kind := http.DetectContentType(data)
	return kind == "image/jpeg" || kind == "image/png"
}

// blobLocked finds a file that has not gone yet.
func (s *Server) blobLocked(id string, now time.Time) (*blob, bool) {
	b, known := s.blobs[id]
	if !known || now.Sub(b.at) > mediaLife {
		return nil, false
	}
	return b, true
}

// getMedia gives a file back.
func (s *Server) getMedia(c *call) reply {
	id := c.q("media_id")
	if id == "" {
		return fail(errNoMedia)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobLocked(id, c.now)
	if !ok {
		return fail(errMedia)
	}
	part, ok := parseRange(c.r.Header.Get("Range"), len(b.data))
	switch {
	case !ok:
		return reply{err: errParams.with("Range"), status: http.StatusRequestedRangeNotSatisfiable}
	case part.end-part.begin > maxMediaPart:
		return fail(errTooBig)
	}
	return reply{file: b, part: part}
}
