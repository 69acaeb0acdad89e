package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	workctx "github.com/silenceper/wechat/v2/work/context"
	"github.com/silenceper/wechat/v2/work/material"

	"genjin/bots"
)

// The kinds of uploads, and of the messages that show them.
const (
	kindImage = "image"
	kindFile  = "file"
)

// Bytes of an upload (path/90253).
const (
	mediaLeast = 6
	imageMax   = 10 << 20
	fileMax    = 20 << 20
)

const (
	// uploadTimeout bounds the upload of a file over a slow line.
	uploadTimeout = 2 * time.Minute
	// mediaLife is how long the platform keeps an upload, less the time in which
	// it is shown.
	mediaLife = 71 * time.Hour
)

// storedMedia is a file that the platform holds.
type storedMedia struct {
	id    string
	until time.Time
}

// fits tells what is wrong with a file's size.
func fits(f bots.Upload) error {
	if n := len(f.Data); n < mediaLeast || n > fileMax {
		return &bots.SendError{Code: bots.CodeRefused, Platform: "upload", Err: fmt.Errorf("%d bytes cannot be sent as a file: the platform takes 6 bytes to 20 MiB", n)}
	}
	return nil
}

// kindOf is how a file is shown.
func kindOf(f bots.Upload) string {
	if (f.Type == "image/jpeg" || f.Type == "image/png") && len(f.Data) <= imageMax {
		return kindImage
	}
	return kindFile
}

func (b *Bot) fileToMember(ctx context.Context, m bots.Message, user string) (bots.CardRef, error) {
	return b.fileOut(ctx, m, func(kind, media string) error {
		said := fileSaying(kind, media)
		var out sent
		return b.message(ctx, m.Key, sending{To: user, Kind: kind, Image: said.Image, File: said.File}, &out)
	})
}

// fileOut brings a file to the platform and has it shown. When the platform has
// forgotten an upload that is remembered here, the bytes are brought again.
func (b *Bot) fileOut(ctx context.Context, m bots.Message, show func(kind, media string) error) (bots.CardRef, error) {
	f := *m.File
	if err := fits(f); err != nil {
		return "", err
	}
	kind := kindOf(f)
	name := strings.Join([]string{kind, f.SHA256, f.Name}, "/")
	for again := false; ; again = true {
		id, err := b.uploaded(ctx, m.Key, kind, name, f)
		if err == nil {
			err = show(kind, id)
		}
		if err == nil {
			return messageRef(m.Key, ""), nil
		}
		if again || !isCode(err, codeNoMedia) {
			return "", err
		}
		b.media.drop(name)
	}
}

// uploaded gives the media_id of a file, from memory if it can.
func (b *Bot) uploaded(ctx context.Context, key, kind, name string, f bots.Upload) (string, error) {
	now := b.Now()
	if known, ok := b.media.get(name); ok && f.SHA256 != "" && now.Before(known.until) {
		return known.id, nil
	}
	id := ""
	r := request{api: "media/upload", within: uploadTimeout, key: key}
	err := b.viaSDK(ctx, r, func(c *workctx.Context) error {
		out, err := material.NewClient(c).UploadTempFileFromReader(f.Name, kind, bytes.NewReader(f.Data))
		if err == nil {
			id = out.MediaID
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case id == "":
		return "", &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: r.api, Err: errors.New("the answer names no file")}
	}
	b.media.put(name, storedMedia{id, now.Add(mediaLife)})
	return id, nil
}
