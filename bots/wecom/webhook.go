package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"

	"genjin/bots"
)

// byRobot has a team's group robot say m (path/99110). Its key stands in no row
// and in no log; robots have no token.
func (b *Bot) byRobot(ctx context.Context, m bots.Message, team string) (bots.CardRef, error) {
	key := ""
	if b.Robots != nil {
		key = b.Robots(team)
	}
	if key == "" {
		return "", &bots.SendError{Code: bots.CodeConfig, Retry: true, After: configWait, Platform: "webhook/send", Err: fmt.Errorf("team %s has no robot", team)}
	}
	if m.File != nil {
		return b.fileByRobot(ctx, m, team, key)
	}
	for i, part := range textOf(m) {
		_, err := b.part(m.Key, i, func(name string) (string, error) {
			return "", b.robotSays(ctx, name, team, key, saying{Kind: "text", Text: &saidText{part}})
		})
		if err != nil {
			return "", err
		}
	}
	return messageRef(m.Key, ""), nil
}

func (b *Bot) robotSays(ctx context.Context, name, team, key string, s saying) error {
	body, err := encode(s)
	if err != nil {
		return err
	}
	return b.call(ctx, request{ // the API is named by its robot: one that is too busy holds back no other
		api: "webhook/send " + team, path: "/cgi-bin/webhook/send", query: url.Values{"key": {key}}, body: body, open: true,
		key: name, to: "robot " + team, paces: robotPaces(), acts: true,
	})
}

// fileByRobot uploads a file for the robot alone, and has the robot show it.
func (b *Bot) fileByRobot(ctx context.Context, m bots.Message, team, key string) (bots.CardRef, error) {
	if err := fits(*m.File); err != nil {
		return "", err
	}
	form, mime, err := formOf(*m.File)
	if err != nil {
		return "", err
	}
	var out struct {
		ID string `json:"media_id"`
	}
	err = b.call(ctx, request{
		api: "webhook/upload " + team, path: "/cgi-bin/webhook/upload_media", query: url.Values{"key": {key}, "type": {kindFile}},
		body: form, mime: mime, within: uploadTimeout, open: true, key: m.Key, into: &out,
	})
	switch {
	case err != nil:
		return "", err
	case out.ID == "":
		return "", &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: "webhook/upload", Err: errors.New("the answer names no file")}
	}
	if err := b.robotSays(ctx, m.Key, team, key, fileSaying(kindFile, out.ID)); err != nil {
		return "", err
	}
	return messageRef(m.Key, ""), nil
}

// formOf is a file as a form.
func formOf(f bots.Upload) (body []byte, mime string, err error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	name := strings.NewReplacer(`\`, "_", `"`, "_", "\r", " ", "\n", " ").Replace(f.Name)
	head := textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="media"; filename="%s"; filelength=%d`, name, len(f.Data))},
		"Content-Type":        {"application/octet-stream"},
	}
	part, err := w.CreatePart(head)
	if err == nil {
		_, err = part.Write(f.Data)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, "", &bots.SendError{Code: bots.CodeRefused, Platform: "form", Err: err}
	}
	return out.Bytes(), w.FormDataContentType(), nil
}
