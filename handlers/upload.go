package handlers

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"genjin/bots"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
)

// uploadPath is where upload pages lie, before their token.
const uploadPath = "/upload/"

// uploadMax is the largest file that the page takes, whatever the rules allow.
const uploadMax = 20 << 20

// uploadToken is who may upload behind a link, and what for.
type uploadToken struct {
	Person  string    `json:"person"`
	Bot     string    `json:"bot"`
	Account string    `json:"account"`
	Deal    int64     `json:"deal,omitempty"`
	Move    *moveAsk  `json:"move,omitempty"` // waits for the file
	Expires time.Time `json:"expires"`
	Used    bool      `json:"used,omitempty"`
}

// newUpload opens an upload page for the person, for a deal or for none, and for
// the move that waits for a file, if one does.
func (c *call) newUpload(ctx context.Context, deal int64, waiting *moveAsk) (token string, err error) {
	token = rand.Text()
	return token, c.keepUpload(ctx, token, uploadToken{
		Person: c.me.ID, Bot: c.event.Bot, Account: c.event.User, Deal: deal, Move: waiting, Expires: c.tx.Now().Add(draftLife),
	})
}

// keepUpload is kept longer than it can be used, so that who comes too late is
// told so.
func (c *call) keepUpload(ctx context.Context, token string, t uploadToken) error {
	return c.keep(ctx, keptPage+token, "upload", t, draftKept)
}

// closeUpload ends a page that nobody needs any more.
func (c *call) closeUpload(ctx context.Context, token string) error {
	var t uploadToken
	ok, err := c.kept(ctx, keptPage+token, &t)
	if err != nil || !ok || token == "" {
		return err
	}
	t.Used = true
	return c.keepUpload(ctx, token, t)
}

// upload takes 上传 华东智造: it brings a page that takes the file, for chats that
// take none.
func upload(ctx context.Context, c *call, cmd speech.Command) error {
	f, err := c.findDeal(ctx, cmd)
	if err != nil || !f.ok {
		return err
	}
	if !sales.MayMove(c.w.Org, c.me, f.deal) {
		return c.refuse(ctx, string(sales.RefuseNotYours), c.w.Say("number.not_yours", f.deal.Number, c.w.Name(f.deal.Owner)))
	}
	waiting, moves, err := c.waitingMove(ctx, f.deal.Number)
	if err != nil {
		return err
	}
	token, err := c.newUpload(ctx, f.deal.Number, waiting)
	if err != nil {
		return err
	}
	to, ok := c.uploadStage(f.deal, waiting)
	if !ok {
		to = sales.Stage{}
	}
	return c.whisper(ctx, c.w.UploadOffer(f.deal, to, moves, uploadPath+token))
}

// waitingMove is the person's move of a deal that lacks something, if it can
// still be gone on with.
func (c *call) waitingMove(ctx context.Context, deal int64) (waiting *moveAsk, is bool, err error) {
	d, ok, err := c.loadDraft(ctx)
	if err != nil || !ok || d.Old || d.Move == nil || (deal != 0 && d.Move.Deal != deal) {
		return nil, false, err
	}
	return d.Move, true, nil
}

// uploadStage is the stage that a file would serve: the waiting move's, else the
// deal's next.
func (c *call) uploadStage(d sales.Deal, waiting *moveAsk) (sales.Stage, bool) {
	if waiting != nil {
		return c.w.Rules.StageByID(waiting.Stage)
	}
	next, ok := c.w.Rules.Next(d.Stage)
	return next, ok && !next.Closed()
}

// fileRefused tells why a file cannot be used, and, where another way may help,
// offers the page. A move that waits says so itself.
func (c *call) fileRefused(ctx context.Context, f sales.File, moves bool) error {
	text := c.w.FileRefused(f)
	other := c.mute(c.event.Bot) || f.Reason == "fetch_failed"
	if moves || !other || f.Reason == "recalled" || f.Reason == "quota" {
		return c.whisper(ctx, text)
	}
	waiting, is, err := c.waitingMove(ctx, 0)
	if err != nil {
		return err
	}
	var deal int64
	if is {
		deal = waiting.Deal
	}
	token, err := c.newUpload(ctx, deal, waiting)
	if err != nil {
		return err
	}
	return c.whisper(ctx, text+"\n"+c.w.UploadInstead(uploadPath+token))
}

// uploadPage is the use case behind the upload page.
type uploadPage struct {
	state   uploadState
	token   uploadToken
	deal    sales.Deal // empty when the page is for no deal
	stage   sales.Stage
	moves   bool // the file lets a waiting move go on
	problem string
	file    sales.File
	said    string // what the person was told
}

// uploadState is how a page stands.
type uploadState int

// The states of an upload page.
const (
	uploadOpen uploadState = iota + 1
	uploadDone
	uploadGone    // used or too old
	uploadUnknown // never was, or long ago
	uploadDenied
)

// Problems of a try that leaves the page open, beside a file's reasons.
const (
	problemQuota = "quota"
	problemUnfit = "unfit"
)

// lookUpload looks at the page of a token without using it up: chat apps look at
// links before people do.
func (h *Hub) lookUpload(ctx context.Context, token string) (uploadPage, error) {
	var p uploadPage
	err := h.Store.View(ctx, func(tx *store.Tx) (err error) {
		p, err = h.newCall(tx, bots.Event{}).openUpload(ctx, token)
		return err
	})
	return p, err
}

// openUpload finds whose page a token opens and what for; else the page says why
// it cannot be used.
func (c *call) openUpload(ctx context.Context, token string) (uploadPage, error) {
	p := uploadPage{state: uploadUnknown}
	ok, err := c.kept(ctx, keptPage+token, &p.token)
	if err != nil || !ok {
		return p, err
	}
	me, known := c.w.Org.Person(p.token.Person)
	switch {
	case !known || me.Left:
		p.state = uploadDenied
		return p, nil
	case p.token.Used || !c.tx.Now().Before(p.token.Expires):
		p.state = uploadGone
		return p, nil
	}
	c.me, c.event.Bot, c.event.User = me, p.token.Bot, p.token.Account
	gone, err := c.gone(ctx)
	switch {
	case err != nil:
		return p, err
	case gone:
		p.state = uploadDenied
		return p, nil
	}
	p.state = uploadOpen
	return p, c.purpose(ctx, &p)
}

// purpose finds what an open page is for, and whether it can take a file today.
func (c *call) purpose(ctx context.Context, p *uploadPage) error {
	if full, err := c.quotaSpent(ctx); err != nil || full {
		p.problem = problemQuota
		return err
	}
	if p.token.Deal == 0 {
		return nil
	}
	var err error
	if p.deal, err = c.tx.Deal(ctx, p.token.Deal); err != nil {
		return err
	}
	p.stage, _ = c.uploadStage(p.deal, p.token.Move)
	p.moves = p.token.Move != nil && p.deal.Stage != p.stage.ID
	return nil
}

// fits tells whether a file of that kind can be taken: a move that waits for one
// takes no other.
func (p uploadPage) fits(kind string) bool { return !p.moves || p.serves(kind) }

// serves tells whether a file of that kind is what the page's stage needs.
func (p uploadPage) serves(kind string) bool {
	return len(p.stage.Needs) == 0 || slices.ContainsFunc(p.stage.Needs, func(e sales.EvidenceRule) bool { return e.Fits(kind) })
}

// pageBot is the platform of files that came by the upload page.
const pageBot = "page"

// finishUpload takes in a file that was copied and checked. The token is used up
// by the one that commits; the move that waited goes on in the same transaction.
func (h *Hub) finishUpload(ctx context.Context, token string, got evidence.Stored, address string) (uploadPage, error) {
	var p uploadPage
	err := h.Store.Do(ctx, func(tx *store.Tx) (err error) {
		c := h.newCall(tx, bots.Event{Kind: bots.EventMessage, Private: true, Mentioned: true, At: tx.Now()})
		c.from = store.Source{Bot: pageBot, Event: token[:min(6, len(token))], Address: address}
		p, err = c.openUpload(ctx, token)
		if err != nil || p.state != uploadOpen || p.problem != "" {
			return err
		}
		if !p.fits(got.Type) {
			p.problem, p.file.Type = problemUnfit, got.Type
			return nil
		}
		first, err := c.tx.Once(ctx, keptPage+token)
		if err != nil {
			return err
		}
		if !first {
			p.state = uploadGone
			return nil
		}
		return c.takeUpload(ctx, token, got, &p)
	})
	return p, err
}

func (c *call) takeUpload(ctx context.Context, token string, got evidence.Stored, p *uploadPage) error {
	if err := c.closeUpload(ctx, token); err != nil {
		return err
	}
	f := sales.File{
		ID: c.tx.NewID(), Person: c.me.ID, Bot: pageBot, Private: true, SentAt: c.tx.Now(), Name: got.Name, Status: sales.FileReady,
		SHA256: got.SHA256, Size: got.Size, Type: got.Type,
	}
	entry := sales.Entry{Actor: f.Person, Action: "file.receive", Object: "file:" + f.ID, After: f, Files: []string{f.SHA256}}
	if err := c.save(ctx, sales.Change{Files: []sales.File{f}, Entries: []sales.Entry{entry}}); err != nil {
		return err
	}
	f.Revision++
	if p.moves {
		ask := *p.token.Move
		ask.At = c.tx.Now()
		if err := c.keep(ctx, keptWait+f.ID, "wait", []moveAsk{ask}, draftKept); err != nil {
			return err
		}
	}
	if err := c.resume(ctx, f); err != nil {
		return err
	}
	p.state, p.file, p.said = uploadDone, f, c.said
	return nil
}
