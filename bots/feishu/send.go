package feishu

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// Send implements [bots.Bot]. The uuid is made of the message's key: the
// platform shows the same uuid once within an hour.
func (b *Bot) Send(ctx context.Context, m bots.Message) (bots.CardRef, error) {
	to, kind := m.User, "open_id"
	if m.Chat != "" {
		to, kind = m.Chat, "chat_id"
	}
	if err := b.limits.receiver(ctx, to, m.Key); err != nil {
		return "", err
	}
	msgType, content, err := b.content(ctx, m)
	if err != nil {
		return "", err
	}
	var out struct {
		MessageID string `json:"message_id"`
	}
	err = b.call(ctx, "im.message.create", &larkcore.ApiReq{
		HttpMethod: http.MethodPost, ApiPath: "/open-apis/im/v1/messages", QueryParams: larkcore.QueryParams{"receive_id_type": []string{kind}},
		Body: map[string]string{"receive_id": to, "msg_type": msgType, "content": content, "uuid": uuidOf(m.Key)},
	}, true, &out)
	return bots.CardRef(out.MessageID), err
}

// Update implements [bots.Bot] with PATCH, one at a time per message: the last
// write wins, so the order of writes must be ours.
func (b *Bot) Update(ctx context.Context, ref bots.CardRef, m bots.Message) (bots.CardRef, error) {
	if m.Card == nil {
		return "", &bots.SendError{Code: bots.CodeRefused, Platform: "update", Err: fmt.Errorf("message %s holds no card", m.Key)}
	}
	defer b.cards.lock(string(ref))()
	card, err := render(*m.Card)
	if err != nil {
		return "", err
	}
	if err := b.limits.receiver(ctx, "card:"+string(ref), m.Key); err != nil {
		return "", err
	}
	err = b.call(ctx, "im.message.patch", &larkcore.ApiReq{
		HttpMethod: http.MethodPatch, ApiPath: "/open-apis/im/v1/messages/:message_id", PathParams: larkcore.PathParams{"message_id": string(ref)},
		Body: map[string]string{"content": string(card)},
	}, false, nil)
	return ref, err
}

// content gives a message's type and content; a file is uploaded first.
func (b *Bot) content(ctx context.Context, m bots.Message) (kind, content string, err error) {
	switch {
	case m.File != nil:
		return b.upload(ctx, *m.File)
	case m.Card != nil:
		card, err := render(*m.Card)
		if err != nil {
			// Too large for a card: said in words, with the reply code.
			return textContent(m.Card.Plain())
		}
		return "interactive", string(card), nil
	}
	return textContent(m.Text)
}

func textContent(s string) (kind, content string, err error) {
	text, err := json.Marshal(map[string]string{"text": escapeText(s)})
	return "text", string(text), err
}

// escapeText keeps a customer's words from being a mention: <at user_id="all">
// in a text message addresses everybody.
func escapeText(s string) string { return strings.ReplaceAll(s, "<at", "＜at") }

// Most bytes of an upload (im-v1/image/create, im-v1/file/create).
const (
	imageMax = 10 << 20
	fileMax  = 30 << 20
)

// upload brings a file to the platform, which gives it a key to be sent by.
func (b *Bot) upload(ctx context.Context, f bots.Upload) (kind, content string, err error) {
	if len(f.Data) == 0 || len(f.Data) > fileMax {
		return "", "", &bots.SendError{Code: bots.CodeRefused, Platform: "upload", Err: fmt.Errorf("%d bytes cannot be sent as a file", len(f.Data))}
	}
	var out struct {
		FileKey  string `json:"file_key"`
		ImageKey string `json:"image_key"`
	}
	if strings.HasPrefix(f.Type, "image/") && len(f.Data) <= imageMax {
		form := larkcore.NewFormdata().AddField("image_type", "message").AddFileWithName("image", f.Name, bytes.NewReader(f.Data))
		err = b.call(ctx, "im.image.create", &larkcore.ApiReq{HttpMethod: http.MethodPost, ApiPath: "/open-apis/im/v1/images", Body: form}, false, &out)
		kind, content = "image", fmt.Sprintf(`{"image_key":%q}`, out.ImageKey)
		return kind, content, err
	}
	form := larkcore.NewFormdata().AddField("file_type", uploadType(f.Name)).AddField("file_name", f.Name).AddFileWithName("file", f.Name, bytes.NewReader(f.Data))
	err = b.call(ctx, "im.file.create", &larkcore.ApiReq{HttpMethod: http.MethodPost, ApiPath: "/open-apis/im/v1/files", Body: form}, false, &out)
	return "file", fmt.Sprintf(`{"file_key":%q}`, out.FileKey), err
}

// uploadType is the platform's word for a file's kind.
func uploadType(name string) string {
	ext := name[strings.LastIndexByte(name, '.')+1:]
	switch strings.ToLower(ext) {
	case "pdf", "doc", "xls", "ppt":
		return strings.ToLower(ext)
	case "docx":
		return "doc"
	case "xlsx", "csv":
		return "xls"
	case "pptx":
		return "ppt"
	}
	return "stream"
}

// uuidOf makes a message's key fit the platform's 50 characters.
func uuidOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:20])
}

// whoAmI asks for the bot's own open id (bot-v3/info).
func (b *Bot) whoAmI(ctx context.Context) (string, error) {
	token, err := b.tokens.get(ctx)
	if err != nil {
		return "", err
	}
	resp, err := larkcore.Request(ctx, &larkcore.ApiReq{
		HttpMethod: http.MethodGet, ApiPath: "/open-apis/bot/v3/info", SupportedAccessTokenTypes: []larkcore.AccessTokenType{larkcore.AccessTokenTypeTenant},
	}, b.sdk, larkcore.WithTenantAccessToken(token))
	if err != nil {
		return "", transportError("bot.info", err, false)
	}
	var out struct {
		Code int `json:"code"`
		Bot  struct {
			OpenID string `json:"open_id"`
		} `json:"bot"`
	}
	if err := json.Unmarshal(resp.RawBody, &out); err != nil || out.Code != 0 || out.Bot.OpenID == "" {
		return "", classify("bot.info", resp, out.Code, "no open id")
	}
	return out.Bot.OpenID, nil
}
