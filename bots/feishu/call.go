package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"genjin/bots"
)

// callTimeout bounds one call of the API, from dialling to the last byte.
const callTimeout = 10 * time.Second

// request is one call of the API.
type request struct {
	api    string // as the limits and the record name it
	method string
	path   string
	params map[string]string // in the path, with a colon before them there
	query  map[string]string
	lists  map[string][]string // in the query, several values of one name
	body   any
	within time.Duration // callTimeout when zero

	key, to string // the message it is about and its receiver, for the limits
	writes  bool   // the platform may have acted although no answer came
	into    any    // where the answer's data goes; nil: nobody asks
	whole   bool   // the answer has no "data": the fields stand at its top
}

// call makes one request, and once more with a new token when the platform
// refuses the old one.
func (b *Bot) call(ctx context.Context, r request) error {
	if r.within == 0 {
		r.within = callTimeout
	}
	for renewed := false; ; renewed = true {
		token, err := b.tokens.get(ctx)
		if err != nil {
			return err
		}
		if err := b.limits.Admit(ctx, visit(r.api, r.key, r.to)); err != nil {
			return err
		}
		code, err := b.once(ctx, r, token)
		if err == nil || renewed || !tokenDead(code) {
			return err
		}
		b.tokens.drop(token)
	}
}

// once makes the request with a given token.
func (b *Bot) once(ctx context.Context, r request, token string) (code int, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	options := []larkcore.RequestOptionFunc{larkcore.WithTenantAccessToken(token)}
	if _, is := r.body.(*larkcore.Formdata); is {
		options = append(options, larkcore.WithFileUpload())
	}
	resp, err := larkcore.Request(ctx, r.sdk(), b.sdk, options...)
	if err != nil {
		return 0, transportError(r.api, err, r.writes)
	}
	var out struct {
		Code int             `json:"code"`
		Msg  string          `json:"msg"`
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(resp.RawBody, &out) != nil {
		return 0, r.unclear(resp, errStatus(resp.StatusCode))
	}
	if out.Code == 0 && resp.StatusCode < http.StatusMultipleChoices {
		if r.whole {
			out.Data = resp.RawBody
		}
		return 0, r.read(resp, out.Data)
	}
	se := classify(r.api, resp, out.Code, out.Msg)
	if se.API != "" {
		b.limits.Hold(r.api, se.After)
	}
	return out.Code, se
}

func (r request) read(resp *larkcore.ApiResp, data []byte) error {
	if r.into == nil {
		return nil
	}
	if err := json.Unmarshal(data, r.into); err != nil {
		return r.unclear(resp, fmt.Errorf("answer: %w", err))
	}
	return nil
}

// unclear is an answer that does not tell whether the platform acted.
func (r request) unclear(resp *larkcore.ApiResp, err error) error {
	se := &bots.SendError{Code: bots.CodeUnavailable, Retry: true, Platform: platformWords(r.api, resp, 0), Err: err}
	if r.writes {
		se.Code = bots.CodeUnknown
	}
	return se
}

// sdk says the request in the SDK's words.
func (r request) sdk() *larkcore.ApiReq {
	req := &larkcore.ApiReq{
		HttpMethod: r.method, ApiPath: r.path, Body: r.body, PathParams: larkcore.PathParams{}, QueryParams: larkcore.QueryParams{},
		SupportedAccessTokenTypes: []larkcore.AccessTokenType{larkcore.AccessTokenTypeTenant},
	}
	for name, value := range r.params {
		req.PathParams.Set(name, value)
	}
	for name, value := range r.query {
		req.QueryParams.Set(name, value)
	}
	maps.Copy(req.QueryParams, r.lists)
	return req
}
