package feishusim

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"slices"
)

const (
	maxFile     = 30 << 20
	maxImage    = 10 << 20
	maxDownload = 100 << 20
)

// parts reads a multipart body.
func (c *call) parts() (fields map[string]string, file []byte, ok bool) {
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, nil, false
	}
	fields = map[string]string{}
	r := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		p, err := r.NextPart()
		if err == io.EOF { //nolint:errorlint // NextPart returns exactly this value
			return fields, file, true
		}
		if err != nil {
			return nil, nil, false
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return nil, nil, false
		}
		fields[p.FormName()] = string(data)
		if p.FormName() == "file" || p.FormName() == "image" {
			file = data
		}
	}
}

func (s *Server) uploadFile(c *call) reply {
	fields, data, ok := c.parts()
	_, given := fields["file"]
	switch {
	case !ok, !given, fields["file_name"] == "", !slices.Contains(uploadTypes, fields["file_type"]):
		return fail(errFileParam)
	case len(data) == 0:
		return fail(errNoFileContent)
	case len(data) > maxFile:
		return fail(errFileTooLarge)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keepLocked(&blob{name: fields["file_name"], data: data, byBot: true})
	return answer(map[string]any{"file_key": key})
}

func (s *Server) uploadImage(c *call) reply {
	fields, data, ok := c.parts()
	_, given := fields["image"]
	switch {
	case !ok, !given, !slices.Contains([]string{"message", "avatar"}, fields["image_type"]):
		return fail(errFileParam)
	case len(data) == 0:
		return fail(errNoFileContent)
	case len(data) > maxImage:
		return fail(errFileTooLarge)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keepLocked(&blob{name: "image.png", data: data, image: true, byBot: true})
	return answer(map[string]any{"image_key": key})
}

// ownResource gives back what the bot itself has uploaded.
func (s *Server) ownResource(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.blobs[c.r.PathValue("key")]
	switch {
	case b == nil:
		return fail(errFileParam)
	case !b.byBot:
		return fail(errFileOwner)
	}
	return reply{file: b}
}

// messageResource gives a file or image of a message that the bot can see.
func (s *Server) messageResource(c *call) reply {
	kind, id, key := c.q("type"), c.r.PathValue("id"), c.r.PathValue("key")
	s.mu.Lock()
	defer s.mu.Unlock()
	m, e := s.messageLocked(id)
	b := s.blobs[key]
	switch {
	case kind != typeImage && kind != typeFile:
		return fail(errFileParam.with("type must be image or file"))
	case e.code != 0:
		return fail(e)
	case m.kind == typeCard:
		return fail(errFileKind)
	case s.botInLocked(m.chatID).code != 0:
		return fail(errFileChat)
	case b == nil || !b.messages[m.id]:
		return fail(errFileMatch)
	case b.image != (kind == typeImage):
		return fail(errFileParam.with("type does not fit the resource"))
	case len(b.data) > maxDownload:
		return fail(errFileHuge)
	}
	return reply{file: b}
}
