package feishu

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"genjin/bots"
)

// content reads a message's content by its type (im-v1/message/message_content).
// What is neither words nor a file is a message without both.
func content(kind, raw string) (string, []bots.File) {
	if kind == "text" {
		var in struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal([]byte(raw), &in); err != nil {
			return "", nil
		}
		return unlink(in.Text), nil
	}
	var in struct {
		ImageKey string          `json:"image_key"`
		FileKey  string          `json:"file_key"`
		FileName string          `json:"file_name"`
		Title    string          `json:"title"`
		Content  json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal([]byte(raw), &in); err != nil && kind != "post" {
		return "", nil
	}
	switch {
	case kind == "image" && in.ImageKey != "":
		return "", []bots.File{{Key: in.ImageKey, Name: wordImage, Image: true}}
	case (kind == "file" || kind == "media" || kind == "audio") && in.FileKey != "":
		return "", []bots.File{{Key: in.FileKey, Name: in.FileName}}
	case kind == "post":
		return post(in.Title, in.Content, raw)
	}
	return "", nil
}

// link is how clients write an address that they recognised: [words](address).
var link = regexp.MustCompile(`\[([^\[\]\n]+)\]\((mailto:|tel:|https?://)([^()\s]+)\)`)

// unlink gives back the address that a person typed and their client made a
// link of: "邮箱=[a@b.cn](mailto:a@b.cn)". Other links stay as they are.
func unlink(s string) string {
	if !strings.Contains(s, "](") {
		return s
	}
	return link.ReplaceAllStringFunc(s, func(found string) string {
		p := link.FindStringSubmatch(found)
		if p[1] == p[3] || p[1] == p[2]+p[3] || p[1]+"/" == p[3] {
			return p[1]
		}
		return found
	})
}

type postPart struct {
	Tag      string `json:"tag"`
	Text     string `json:"text"`
	UserID   string `json:"user_id"`
	ImageKey string `json:"image_key"`
	FileKey  string `json:"file_key"`
}

// post reads a rich message; it comes without a locale, but one is tolerated.
func post(title string, lines json.RawMessage, raw string) (string, []bots.File) {
	var rows [][]postPart
	if json.Unmarshal(lines, &rows) != nil {
		title, rows = localized(raw)
	}
	var (
		text  []string
		files []bots.File
	)
	if title != "" {
		text = append(text, title)
	}
	for _, row := range rows {
		var line strings.Builder
		for _, p := range row {
			switch p.Tag {
			case "at":
				line.WriteString(p.UserID)
			case "img":
				files = append(files, bots.File{Key: p.ImageKey, Name: wordImage, Image: true})
			case "media":
				files = append(files, bots.File{Key: p.FileKey, Name: wordVideo})
			default: // text, a, md, code_block …
				line.WriteString(p.Text)
			}
		}
		text = append(text, line.String())
	}
	return strings.Join(text, "\n"), slices.DeleteFunc(files, func(f bots.File) bool { return f.Key == "" })
}

// localized reads the Chinese form of a post with locales, or else the first.
func localized(raw string) (string, [][]postPart) {
	type form struct {
		Title   string       `json:"title"`
		Content [][]postPart `json:"content"`
	}
	var locales map[string]form
	if json.Unmarshal([]byte(raw), &locales) != nil || len(locales) == 0 {
		return "", nil
	}
	l, ok := locales["zh_cn"]
	if !ok {
		l = locales[slices.Min(slices.Collect(maps.Keys(locales)))]
	}
	return l.Title, l.Content
}
