package cards

import (
	"genjin/bots"
	"genjin/sales"
	"genjin/sales/norm"
)

// LeadAgain shows a lead that somebody asks for: what became of it, or by when it
// must be called.
func (w Words) LeadAgain(l sales.Lead) bots.Card {
	tone := bots.ToneAct
	if l.Status != sales.LeadOpen {
		tone = bots.ToneClosed
	}
	return bots.Card{
		Title: title(w.say("lead.again", l.Number), clip(l.Company, nameMax), w.worth(l.Score)), Tone: tone,
		Blocks: blocks(
			facts(
				w.leadState(l),
				w.fact("fact.contact", w.contact(l)),
				w.fact("fact.need", clip(norm.MaskPhones(l.Need), 120)),
				w.fact("fact.source", l.Source),
				w.fact("fact.owner", w.Name(l.Owner)),
			),
			bots.Block{Buttons: w.phoneButton(l)},
		),
	}
}

// leadState is what became of a lead; while nothing did, its clock.
func (w Words) leadState(l sales.Lead) bots.Fact {
	switch {
	case l.Status == sales.LeadConverted:
		return w.fact("fact.state", w.say("lead.is_deal", l.DealNumber))
	case l.Status == sales.LeadClosed:
		return w.fact("fact.state", w.say("lead.is_closed"))
	case !l.TouchedAt.IsZero():
		return w.fact("fact.state", w.say("lead.followed", w.Time(l.TouchedAt)))
	}
	return w.clock(l)
}
