package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// Fetch implements [bots.Fetcher] with the resource of a message
// (im-v1/message-resource/get). The SDK reads downloads into memory; evidence
// may have 100 MB, so this one call streams by itself.
func (b *Bot) Fetch(ctx context.Context, f bots.File) (io.ReadCloser, error) {
	for renewed := false; ; renewed = true {
		token, err := b.tokens.get(ctx)
		if err != nil {
			return nil, err
		}
		body, code, err := b.fetchOnce(ctx, f, token)
		if err == nil || renewed || !tokenDead(code) {
			return body, err
		}
		b.tokens.drop(token)
	}
}

func (b *Bot) fetchOnce(ctx context.Context, f bots.File, token string) (io.ReadCloser, int, error) {
	const api = "im.message.resource"
	if err := b.limits.Admit(ctx, visit(api, f.MessageID+"/"+f.Key, "")); err != nil {
		return nil, 0, err
	}
	kind := "file"
	if f.Image {
		kind = "image"
	}
	address := fmt.Sprintf("%s/open-apis/im/v1/messages/%s/resources/%s?type=%s", b.APIBase, url.PathEscape(f.MessageID), url.PathEscape(f.Key), kind)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, &bots.SendError{Code: bots.CodeRefused, Platform: api, Err: errors.New("no such file")}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := b.http.Do(req)
	if err != nil {
		return nil, 0, transportError(api, err, false)
	}
	if resp.StatusCode == http.StatusOK && isFile(resp.Header) {
		return resp.Body, 0, nil
	}
	text, readErr := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	closeErr := resp.Body.Close()
	var out struct {
		Code int    `json:"code"`
		Msg  string `json:"msg"`
	}
	if err := errors.Join(readErr, closeErr, json.Unmarshal(text, &out)); err != nil || out.Code == 0 {
		return nil, 0, &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: api, Err: errStatus(resp.StatusCode)}
	}
	se := classify(api, &larkcore.ApiResp{StatusCode: resp.StatusCode, Header: resp.Header}, out.Code, out.Msg)
	if se.API != "" {
		b.limits.Hold(api, se.After)
	}
	return nil, out.Code, se
}

// isFile tells a file from an error in JSON; a file may be JSON itself.
func isFile(h http.Header) bool {
	return h.Get("Content-Disposition") != "" || !strings.HasPrefix(h.Get("Content-Type"), "application/json")
}
