package wecom

import (
	"context"
	"errors"
	"io"
	"net/http"

	"genjin/bots"
)

// download reads a file of the platform, part after part where it is large.
type download struct {
	piece

	ctx context.Context // of the whole download: parts are asked for while it is read
	bot *Bot
	id  string
	at  int64
	had int64 // at, when the present part began
}

// FileName implements [bots.Named].
func (d *download) FileName() string { return d.name }

// Read implements [io.Reader].
func (d *download) Read(p []byte) (int, error) {
	for {
		n, err := d.body.Read(p)
		if d.at += int64(n); d.at > mediaMax {
			return 0, tooLarge(d.at)
		}
		if n > 0 && errors.Is(err, io.EOF) {
			return n, nil // the end is found again, without bytes
		}
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		switch {
		case !d.part || d.at == d.total:
			return 0, io.EOF
		case d.at > d.total || d.at == d.had: // parts that do not fit, or hold nothing
			return 0, io.ErrUnexpectedEOF
		}
		if err := d.next(); err != nil {
			return 0, err
		}
	}
}

// next opens the part that follows.
func (d *download) next() error {
	p, err := d.bot.mediaPiece(d.ctx, d.id, d.at)
	if err != nil {
		return err
	}
	if !p.part || p.total != d.total {
		return errors.Join(io.ErrUnexpectedEOF, p.body.Close())
	}
	closing := d.body.Close()
	d.body, d.had = p.body, d.at
	return closing
}

// Close implements [io.Closer].
func (d *download) Close() error { return d.body.Close() }

// fetchSealed opens a file that was sent to the 智能机器人: it stands at an address
// for 5 minutes, encrypted with the key of the callback (path/100719).
func (b *Bot) fetchSealed(ctx context.Context, f bots.File) (io.ReadCloser, error) {
	r := request{api: "aibot/file", path: f.Key, open: true}
	if b.robot == nil {
		return nil, &bots.SendError{Code: bots.CodeConfig, Retry: true, After: configWait, Platform: r.api, Err: errors.New("there is no 智能机器人 to read it for")}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.Key, nil)
	if err != nil || req.URL.Scheme != "https" && req.URL.Scheme != "http" {
		return nil, &bots.SendError{Code: bots.CodeRefused, Platform: r.api, Err: errors.New("no such address")}
	}
	p, _, err := b.open(req, r, -1)
	if err != nil {
		return nil, err
	}
	return &unsealed{Closer: p.body, plain: b.robot.crypt.decryptFile(p.body), name: p.name}, nil
}

// unsealed is a file in the clear.
type unsealed struct {
	io.Closer

	plain io.Reader
	at    int64
	name  string
}

// Read implements [io.Reader].
func (u *unsealed) Read(p []byte) (int, error) {
	n, err := u.plain.Read(p)
	if u.at += int64(n); u.at > mediaMax {
		return 0, tooLarge(u.at)
	}
	return n, err
}

// FileName implements [bots.Named].
func (u *unsealed) FileName() string { return u.name }
