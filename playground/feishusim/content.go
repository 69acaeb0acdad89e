package feishusim

import (
	"encoding/json"
	"slices"
)

const (
	maxText = 150 << 10
	maxRich = 30 << 10 // cards and posts
)

// contentLocked checks a content and fills m with it: it must be a string of
// JSON that fits the type, and the files must be the bot's own.
func (s *Server) contentLocked(m *message, kind string, content any) apiError {
	text, ok := content.(string)
	limit := maxRich
	if kind == typeText {
		limit = maxText
	}
	switch {
	case !ok, text == "":
		return errParam.with("content is not a string in json format")
	case len(text) > limit:
		return errTooLong
	}
	m.content = text
	if kind == typeCard {
		return s.cardLocked(text)
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return errParam.with("content is not a string in json format")
	}
	return s.fieldsLocked(m, kind, fields)
}

// fieldsLocked checks the content of everything that is not a card.
func (s *Server) fieldsLocked(m *message, kind string, fields map[string]any) apiError {
	switch kind {
	case typeText:
		if t, _ := fields["text"].(string); t == "" {
			return errParam.with("text is empty")
		}
		return apiError{}
	case typePost:
		return checkPost(fields)
	case typeImage, typeFile, "audio", "media":
		return s.ownBlobLocked(m, kind, fields)
	}
	if !slices.Contains(sharedTypes, kind) {
		return errParam.with("invalid msg_type")
	}
	return apiError{}
}

// checkPost wants at least one language with paragraphs of tagged nodes.
func checkPost(fields map[string]any) apiError {
	bad := errParam.with("invalid post content")
	if len(fields) == 0 {
		return bad
	}
	for lang, v := range fields {
		post, ok := v.(map[string]any)
		paragraphs, okay := post["content"].([]any)
		if !ok || !okay || !slices.Contains(languages, lang) {
			return bad
		}
		for _, p := range paragraphs {
			nodes, ok := p.([]any)
			if !ok {
				return bad
			}
			for _, n := range nodes {
				node, ok := n.(map[string]any)
				if tag, _ := node["tag"].(string); !ok || !slices.Contains(postTags, tag) {
					return bad
				}
			}
		}
	}
	return apiError{}
}

// ownBlobLocked wants a file or image that the bot has uploaded.
func (s *Server) ownBlobLocked(m *message, kind string, fields map[string]any) apiError {
	name := "file_key"
	if kind == typeImage {
		name = "image_key"
	}
	key, _ := fields[name].(string)
	b := s.blobs[key]
	switch {
	case key == "":
		return errParam.with(name + " is empty")
	case b == nil || !b.byBot || b.image != (kind == typeImage):
		return errNotOwnFile
	}
	m.fileKey = key
	return apiError{}
}
