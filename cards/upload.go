package cards

import (
	"strings"
	"time"

	"genjin/sales"
)

// UploadOffer brings the page that takes a deal's evidence. Without a stage the
// deal has no next one; where a move waits, the file lets it go on.
func (w Words) UploadOffer(d sales.Deal, to sales.Stage, waits bool, path string) string {
	company, open := clip(d.Company, nameMax), w.say("upload.open", w.page(path))
	if to.ID == "" {
		return lines(w.say("upload.offer_any", company, num(d.Number), w.stage(d.Stage)), open)
	}
	then := w.say("upload.then", d.Company, to.Name)
	if waits {
		then = w.say("upload.moves")
	}
	return lines(w.say("upload.offer", company, num(d.Number), to.Name, w.needs(to)), open, then)
}

// UploadInstead offers the page where the chat did not bring a file.
func (w Words) UploadInstead(path string) string { return w.say("upload.instead", w.page(path)) }

// Upload is what an upload page is for.
type Upload struct {
	Deal   sales.Deal // empty: for none
	To     sales.Stage
	Person string
	Moves  bool // a move waits for the file
	Most   int64
}

// UploadWords are the lines of an upload page.
type UploadWords struct {
	Title, For, Needs, Then, Types, Limit string
}

// UploadPage words an upload page.
func (w Words) UploadPage(u Upload) UploadWords {
	p := UploadWords{
		Title: w.say("upload.title"), For: w.say("upload.for_person", w.Name(u.Person)), Types: w.say("upload.types"), Limit: w.say("upload.limit", u.Most>>20),
		Then: w.say("upload.waits", int(w.Rules.Evidence.Window/time.Minute)),
	}
	if u.Deal.Number == 0 {
		return p
	}
	company := clip(u.Deal.Company, nameMax)
	p.For = w.say("upload.for_deal", company, u.Deal.Number, w.stage(u.Deal.Stage))
	if u.To.ID == "" {
		return p
	}
	p.Needs = w.say("upload.needs", u.To.Name, w.needs(u.To))
	if u.Moves {
		p.For = w.say("upload.for_move", company, u.Deal.Number, w.stage(u.Deal.Stage)+" → "+u.To.Name)
		p.Types, p.Then = w.kindsOf(u.To), w.say("upload.moves")
	}
	return p
}

// kindsOf names the kinds of files that a stage takes.
func (w Words) kindsOf(s sales.Stage) string {
	all := make([]string, 0, len(s.Needs))
	for _, n := range s.Needs {
		all = append(all, w.kinds(n.Types))
	}
	if len(all) == 0 {
		return w.say("upload.types")
	}
	return strings.Join(all, "、")
}

// UploadState is the head of a page that is no longer open.
func (w Words) UploadState(state string) string { return zhCN["upload.state."+state] }

// UploadUnfit says that a file is of a kind that the stage does not take.
func (w Words) UploadUnfit(to sales.Stage, kind string) string {
	return w.say("upload.unfit", to.Name, w.kindsOf(to), w.kinds([]string{kind}))
}

// UploadRefused says why a file was not taken in; the page can be used again.
func (w Words) UploadRefused(reason string, most int64) string {
	if reason == "file_too_large" {
		return w.say("upload.too_large", most>>20)
	}
	why, ok := zhCN["file."+reason]
	if !ok {
		why = w.say("file.other")
	}
	return w.say("upload.not_allowed", why)
}

// UploadUnfitNext warns that a file that was taken is of no use for the deal's
// next stage.
func (w Words) UploadUnfitNext(d sales.Deal, to sales.Stage, kind string) string {
	return w.say("upload.unfit_next", to.Name, w.kindsOf(to), w.kinds([]string{kind}), clip(d.Company, nameMax))
}

// UploadDone says that a file is here, and what came of it.
func (w Words) UploadDone(f sales.File, said string) string {
	got := w.say("upload.done", clip(f.Name, 60), size(f.Size))
	if strings.HasPrefix(said, w.FileReady(f)) { // says so itself
		got = ""
	}
	return lines(got, said, w.say("upload.back"))
}
