package wecomsim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	pushLimit     = 5 * time.Second
	urlCheckLimit = time.Second
	maxAnswer     = 1 << 20
)

// errUnconfigured means that nobody has said where events go.
var errUnconfigured = errors.New("the platform has no callback URL")

// sealer gives the secrets of a callback.
func (s *Server) sealer(to inlet) (sealer, error) {
	if to == inletBot {
		return newSealer(s.o.BotToken, s.o.BotAESKey, "")
	}
	return newSealer(s.o.Token, s.o.AESKey, s.o.CorpID)
}

// sealed encrypts and signs a plaintext: the query and the body of a callback.
func (s *Server) sealed(to inlet, plain []byte) (url.Values, []byte, error) {
	query, encrypted, err := s.signed(to, plain)
	if err != nil {
		return nil, nil, err
	}
	if to == inletBot {
		body, err := json.Marshal(map[string]string{"encrypt": encrypted})
		return query, body, err
	}
	return query, xmlDoc(
		words("ToUserName", s.o.CorpID), words("Encrypt", encrypted), words("AgentID", strconv.Itoa(s.o.AgentID)),
	), nil
}

func (s *Server) signed(to inlet, plain []byte) (query url.Values, encrypted string, err error) {
	k, err := s.sealer(to)
	if err != nil {
		return nil, "", err
	}
	if encrypted, err = k.encrypt(plain); err != nil {
		return nil, "", err
	}
	ts, nonce := strconv.FormatInt(s.o.Now().Unix(), 10), newID("")[:10]
	return url.Values{
		"msg_signature": {k.sign(ts, nonce, encrypted)}, "timestamp": {ts}, "nonce": {nonce},
	}, encrypted, nil
}

// Seal encrypts and signs a plaintext as a callback of the app, for tests that
// bend it and push it with [Server.PushRaw].
func (s *Server) Seal(plain []byte) (url.Values, []byte) {
	return s.mustSeal(inletApp, plain)
}

// SealBot encrypts and signs a plaintext as a callback of the 智能机器人.
func (s *Server) SealBot(plain []byte) (url.Values, []byte) {
	return s.mustSeal(inletBot, plain)
}

func (s *Server) mustSeal(to inlet, plain []byte) (url.Values, []byte) {
	query, body, err := s.sealed(to, plain)
	if err != nil {
		s.log.ErrorContext(s.Context(), "cannot seal", slog.Any("error", err))
		return url.Values{}, nil
	}
	return query, body
}

// SealEcho gives the query of a URL check that wants plain back: the app's, or
// that of the 智能机器人 when bot is [WithBot].
func (s *Server) SealEcho(bot, plain string) url.Values {
	query, encrypted, err := s.signed(inletOf(bot), []byte(plain))
	if err != nil {
		s.log.ErrorContext(s.Context(), "cannot seal", slog.Any("error", err))
		return url.Values{}
	}
	query.Set("echostr", encrypted)
	return query
}

// inletOf: chats with the 智能机器人 have its own callback.
func inletOf(chat string) inlet {
	if chat == WithBot {
		return inletBot
	}
	return inletApp
}

// call makes one request to the hub, within the time that the platform gives.
func (s *Server) call(ctx context.Context, to inlet, method string, query url.Values, body []byte) (int, []byte, error) {
	s.mu.Lock()
	target := s.callbackURL
	if to == inletBot {
		target = s.botURL
	}
	s.mu.Unlock()
	if target == "" {
		return 0, nil, errUnconfigured
	}
	u, err := url.Parse(target)
	if err != nil {
		return 0, nil, fmt.Errorf("read the callback URL: %w", err)
	}
	all := u.Query()
	maps.Copy(all, query)
	u.RawQuery = all.Encode()
	limit, media := pushLimit, "text/xml"
	switch {
	case method == http.MethodGet:
		limit, media = urlCheckLimit, ""
	case to == inletBot:
		media = "application/json"
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("call %s: %w", target, err)
	}
	req.Header.Set("User-Agent", "Mozilla/4.0")
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("call %s: %w", target, err)
	}
	defer func() { _ = resp.Body.Close() }()
	out, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, out, fmt.Errorf("read the answer of %s: %w", target, err)
	}
	return resp.StatusCode, out, nil
}

// PushXML pushes any XML to the app's callback, sealed, without retries.
func (s *Server) PushXML(ctx context.Context, plain []byte) PushResult {
	return s.attempt(ctx, &delivery{to: inletApp, plain: plain})
}

// PushJSON pushes any JSON to the callback of the 智能机器人, sealed, without
// retries.
func (s *Server) PushJSON(ctx context.Context, plain []byte) PushResult {
	return s.attempt(ctx, &delivery{to: inletBot, plain: plain})
}

// PushRaw posts any query and body to the hub, for tests of bad input: to the
// app's callback, or to that of the 智能机器人 when bot is [WithBot].
func (s *Server) PushRaw(ctx context.Context, bot string, query url.Values, body []byte) (status int, answer []byte) {
	status, answer, err := s.call(ctx, inletOf(bot), http.MethodPost, query, body)
	if err != nil {
		s.log.InfoContext(ctx, "raw push", slog.Any("error", err))
	}
	return status, answer
}

// CheckURL has the hub decrypt an echo within a second, as the platform does
// when an administrator saves the app's callback URL.
func (s *Server) CheckURL(ctx context.Context) error { return s.check(ctx, "", "app") }

// CheckBotURL does the same for the 智能机器人.
func (s *Server) CheckBotURL(ctx context.Context) error { return s.check(ctx, WithBot, "bot") }

func (s *Server) check(ctx context.Context, bot, name string) error {
	want := strconv.FormatInt(rand.Int64(), 10) //nolint:gosec // only has to be new
	query := s.SealEcho(bot, want)
	status, out, err := s.call(ctx, inletOf(bot), http.MethodGet, query, nil)
	if err != nil {
		return fmt.Errorf("check the %s's callback URL: %w", name, err)
	}
	if status != http.StatusOK || string(out) != want {
		return fmt.Errorf("check the %s's callback URL: HTTP %d, %q is not exactly the echo", name, status, out)
	}
	return nil
}
