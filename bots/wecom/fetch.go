package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"genjin/bots"
	"genjin/bots/pace"
)

const (
	// rangeMax is the most that is asked for at once of a large file. The platform
	// gives up to "20 M" (path/90254), whichever those are.
	rangeMax = 16 << 20
	// mediaMax bounds a file that people send.
	mediaMax = 256 << 20
	// refusalMax is the most that is read of an answer that is no file.
	refusalMax = 64 << 10
)

// Fetch implements [bots.Fetcher]: what was sent to the app by its media_id
// (path/90254), what was sent to the 智能机器人 by its address. Both stream.
func (b *Bot) Fetch(ctx context.Context, f bots.File) (io.ReadCloser, error) {
	if strings.Contains(f.Key, "://") {
		return b.fetchSealed(ctx, f)
	}
	p, err := b.mediaPiece(ctx, f.Key, -1)
	if se, is := errors.AsType[*bots.SendError](err); is && se.Platform == classify(mediaAPI, codeMediaLarge, "").Platform {
		p, err = b.mediaPiece(ctx, f.Key, 0)
	}
	if err != nil {
		return nil, err
	}
	if p.total > mediaMax {
		_ = p.body.Close()
		return nil, tooLarge(p.total)
	}
	return &download{ctx: ctx, bot: b, id: f.Key, piece: p}, nil
}

func tooLarge(n int64) error {
	return &bots.SendError{Code: bots.CodeRefused, Platform: mediaAPI, Err: fmt.Errorf("a file of %d bytes is too large", n)}
}

const mediaAPI = "media/get"

// piece is a file, or a part of one.
type piece struct {
	body  io.ReadCloser
	name  string
	total int64 // of the whole file; 0 when it is not told
	part  bool  // there may be more after it: the file is whole when it has total bytes
}

// mediaPiece opens a file, or the part of it that begins at from.
func (b *Bot) mediaPiece(ctx context.Context, id string, from int64) (piece, error) {
	for renewed := false; ; renewed = true {
		token, err := b.tokens.get(ctx)
		if err != nil {
			return piece{}, err
		}
		if err := b.limits.Admit(ctx, pace.Visit{API: mediaAPI}); err != nil {
			return piece{}, err
		}
		r := request{api: mediaAPI, path: "/cgi-bin/media/get", query: url.Values{"media_id": {id}}}
		req, err := b.httpRequest(ctx, r, token)
		if err != nil {
			return piece{}, &bots.SendError{Code: bots.CodeRefused, Platform: r.api, Err: errors.New("no such file")}
		}
		if from >= 0 {
			req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+rangeMax-1))
		}
		p, code, err := b.open(req, r, from)
		if err == nil || renewed || !tokenDead(code) {
			return p, err
		}
		b.tokens.drop(ctx, token)
	}
}

// open makes a request for a file. What is no file is an answer of the API.
func (b *Bot) open(req *http.Request, r request, from int64) (piece, int, error) {
	resp, err := b.http.Do(req)
	if err != nil {
		return piece{}, 0, r.transportError(err)
	}
	p := piece{body: resp.Body, name: nameIn(resp.Header), total: max(resp.ContentLength, 0)}
	switch {
	case resp.StatusCode == http.StatusPartialContent && from >= 0:
		begin, total, ok := partIn(resp.Header.Get("Content-Range"))
		if !ok || begin != from {
			_ = resp.Body.Close()
			return piece{}, 0, r.unclear(resp.StatusCode, fmt.Errorf("another part of the file than the one from byte %d", from))
		}
		p.total, p.part = total, true
		return p, 0, nil
	case resp.StatusCode == http.StatusOK && from <= 0 && isFile(resp.Header):
		return p, 0, nil
	}
	code, err := b.noFile(resp, r)
	return piece{}, code, err
}

// noFile reads the answer that came instead of a file.
func (b *Bot) noFile(resp *http.Response, r request) (int, error) {
	text, err := io.ReadAll(io.LimitReader(resp.Body, refusalMax))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return 0, r.transportError(err)
	}
	code, err := r.read(resp.StatusCode, text)
	if err == nil {
		err = r.statusError(resp.StatusCode)
	}
	if se, is := errors.AsType[*bots.SendError](err); is && se.API != "" {
		b.limits.Hold(se.API, se.After)
	}
	return code, err
}

// isFile tells a file from an error in JSON; a file may be JSON itself.
func isFile(h http.Header) bool {
	kind := h.Get("Content-Type")
	return h.Get("Content-Disposition") != "" || !strings.HasPrefix(kind, "application/json") && !strings.HasPrefix(kind, "text/plain")
}

// aFileName is a file's name as some of the platform's servers write it, which is
// no proper header: raw, or with its bytes as %E4.
var aFileName = regexp.MustCompile(`(?i)filename="?([^";]+)`)

// nameIn reads the name of a file, which only the download tells.
func nameIn(h http.Header) string {
	said := h.Get("Content-Disposition")
	name := ""
	if _, params, err := mime.ParseMediaType(said); err == nil {
		name = params["filename"]
	} else if m := aFileName.FindStringSubmatch(said); m != nil {
		name = m[1]
	}
	if !strings.Contains(strings.ToLower(said), "filename*") {
		if plain, err := url.PathUnescape(name); err == nil && utf8.ValidString(plain) {
			name = plain
		}
	}
	if name == "" {
		return ""
	}
	return path.Base(strings.ReplaceAll(name, `\`, "/"))
}

// partIn reads where a part begins and the size of the whole file in
// "bytes 0-1/2". A file whose size is not told would never be known to be whole.
func partIn(contentRange string) (begin, total int64, ok bool) {
	var end int64
	n, err := fmt.Sscanf(contentRange, "bytes %d-%d/%d", &begin, &end, &total)
	return begin, total, err == nil && n == 3 && begin <= end && end < total
}
