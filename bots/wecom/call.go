package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"genjin/bots"
	"genjin/bots/pace"
)

const (
	// callTimeout bounds one call of the API, from dialling to the last byte.
	callTimeout = 10 * time.Second
	// answerMax is the most that is read of an answer.
	answerMax = 4 << 20
	// jsonType is what the API speaks.
	jsonType = "application/json; charset=utf-8"
)

// request is one call of the API.
type request struct {
	api    string     // as the limits and the record name it
	path   string     // with a slash before it, or a whole address
	query  url.Values // without the token
	body   []byte     // nil: a GET
	mime   string     // of the body; JSON where empty
	within time.Duration

	key, to string // the message it is about and its receiver, for the limits
	paces   []pace.Pace
	acts    bool // the platform may have acted although no answer came
	twice   bool // the same request again is seen once
	open    bool // goes without a token
	into    any  // where the answer goes; nil: nobody asks
}

// call makes one request, and once more with a new token when the platform
// refuses the old one.
func (b *Bot) call(ctx context.Context, r request) error {
	if r.within == 0 {
		r.within = callTimeout
	}
	for renewed := false; ; renewed = true {
		token := ""
		if !r.open {
			var err error
			if token, err = b.tokens.get(ctx); err != nil {
				return err
			}
		}
		if err := b.limits.Admit(ctx, pace.Visit{API: r.api, Key: r.key, To: r.to, Paces: r.paces}); err != nil {
			return err
		}
		code, err := b.once(ctx, r, token)
		if err == nil || renewed || r.open || !tokenDead(code) {
			return err
		}
		b.tokens.drop(ctx, token)
	}
}

// once makes the request with a given token.
func (b *Bot) once(ctx context.Context, r request, token string) (code int, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	req, err := b.httpRequest(ctx, r, token)
	if err != nil {
		return 0, &bots.SendError{Code: bots.CodeRefused, Platform: r.api, Err: errors.New("no such address")}
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return 0, r.transportError(err)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return 0, r.transportError(err)
	}
	code, err = r.read(resp.StatusCode, text)
	if se, is := errors.AsType[*bots.SendError](err); is && se.API != "" {
		b.limits.Hold(se.API, se.After)
	}
	return code, err
}

// httpRequest says the request in HTTP's words.
func (b *Bot) httpRequest(ctx context.Context, r request, token string) (*http.Request, error) {
	address := r.path
	if strings.HasPrefix(address, "/") {
		address = b.APIBase + address
	}
	query := url.Values{}
	maps.Copy(query, r.query)
	if !r.open {
		query.Set("access_token", token)
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	method, body := http.MethodGet, io.Reader(nil)
	if r.body != nil {
		method, body = http.MethodPost, bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	if r.body != nil {
		mime := r.mime
		if mime == "" {
			mime = jsonType
		}
		req.Header.Set("Content-Type", mime)
	}
	return req, nil
}

// read understands an answer. The platform answers 200 whatever happened.
func (r request) read(status int, text []byte) (code int, err error) {
	var out struct {
		Code *int   `json:"errcode"`
		Msg  string `json:"errmsg"`
	}
	if jsonErr := json.Unmarshal(text, &out); jsonErr != nil || out.Code == nil || status >= http.StatusMultipleChoices {
		return 0, r.statusError(status)
	}
	switch {
	case *out.Code != 0:
		return *out.Code, classify(r.api, *out.Code, out.Msg)
	case strings.Contains(out.Msg, wrongJSONWords):
		return 0, &bots.SendError{Code: bots.CodeRefused, Platform: r.api + " errcode 0", Err: errors.New(words(out.Msg))}
	case r.into == nil:
		return 0, nil
	}
	if err := json.Unmarshal(text, r.into); err != nil {
		return 0, r.unclear(status, fmt.Errorf("answer: %w", err))
	}
	return 0, nil
}

// encode makes a body as the platform likes it: HTML is left alone, and there are
// no \u escapes (errcode 40033).
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, &bots.SendError{Code: bots.CodeRefused, Platform: "encode", Err: err}
	}
	return unescaped(bytes.TrimRight(out.Bytes(), "\n")), nil
}

// unescaped writes the two separators that Go always escapes as they are, and
// control characters as spaces.
func unescaped(text []byte) []byte {
	const escape = len(`\u0000`)
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			out = append(out, text[i])
		case text[i+1] != 'u':
			out = append(out, text[i], text[i+1])
			i++
		default:
			switch string(text[i : i+escape]) {
			case `\u2028`:
				out = append(out, "\u2028"...)
			case `\u2029`:
				out = append(out, "\u2029"...)
			case `\ufffd`:
				out = append(out, "\ufffd"...)
			default:
				out = append(out, ' ')
			}
			i += escape - 1
		}
	}
	return out
}
