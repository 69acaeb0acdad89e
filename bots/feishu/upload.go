package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// Most bytes of an upload (im-v1/image/create, im-v1/file/create).
const (
	imageMax = 10 << 20
	fileMax  = 30 << 20
)

// uploadTimeout bounds the upload of a file over a slow line.
const uploadTimeout = 2 * time.Minute

// keysKept is how many uploads are remembered.
const keysKept = 256

// uploads remembers under which key the platform holds a file, so that another
// try of a message does not bring its bytes again.
type uploads struct {
	mu   sync.Mutex
	keys map[string]string // kind, name and hash → content of the message
	old  []string          // in order of arrival
}

func (u *uploads) get(name string) (string, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	content, ok := u.keys[name]
	return content, ok
}

func (u *uploads) put(name, content string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.keys == nil {
		u.keys = map[string]string{}
	}
	if _, known := u.keys[name]; !known {
		u.old = append(u.old, name)
	}
	u.keys[name] = content
	if len(u.old) > keysKept {
		delete(u.keys, u.old[0])
		u.old = u.old[1:]
	}
}

// upload brings a file to the platform, which gives it a key to be sent by.
func (b *Bot) upload(ctx context.Context, m bots.Message) (kind, content string, err error) {
	f := *m.File
	if len(f.Data) == 0 || len(f.Data) > fileMax {
		return "", "", &bots.SendError{Code: bots.CodeRefused, Platform: "upload", Err: fmt.Errorf("%d bytes cannot be sent as a file", len(f.Data))}
	}
	kind = "file"
	if strings.HasPrefix(f.Type, "image/") && len(f.Data) <= imageMax {
		kind = "image"
	}
	name := kind + "/" + f.SHA256 + "/" + f.Name
	if known, ok := b.files.get(name); ok && f.SHA256 != "" {
		return kind, known, nil
	}
	var out struct {
		FileKey  string `json:"file_key,omitempty"`
		ImageKey string `json:"image_key,omitempty"`
	}
	r := request{api: "im.file.create", method: http.MethodPost, path: "/open-apis/im/v1/files", key: m.Key, within: uploadTimeout, into: &out}
	if kind == "image" {
		r.api, r.path = "im.image.create", "/open-apis/im/v1/images"
		r.body = larkcore.NewFormdata().AddField("image_type", "message").AddFileWithName("image", f.Name, bytes.NewReader(f.Data))
	} else {
		r.body = larkcore.NewFormdata().AddField("file_type", uploadType(f.Name)).AddField("file_name", f.Name).
			AddFileWithName("file", f.Name, bytes.NewReader(f.Data))
	}
	if err := b.call(ctx, r); err != nil {
		return "", "", err
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "", "", fmt.Errorf("content of %s: %w", f.Name, err)
	}
	b.files.put(name, string(text))
	return kind, string(text), nil
}

// forgetUpload has the next try bring the bytes again.
func (b *Bot) forgetUpload(content string) {
	b.files.mu.Lock()
	defer b.files.mu.Unlock()
	for name, c := range b.files.keys {
		if c == content {
			delete(b.files.keys, name)
		}
	}
}

// uploadType is the platform's word for a file's kind.
func uploadType(name string) string {
	ext := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	switch ext {
	case "pdf", "doc", "xls", "ppt":
		return ext
	case "docx":
		return "doc"
	case "xlsx", "csv":
		return "xls"
	case "pptx":
		return "ppt"
	}
	return "stream"
}
