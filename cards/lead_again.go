package cards

import (
	"genjin/bots"
	"genjin/sales"
)

// LeadAgain shows a lead that somebody asks for: what became of it, or by when it
// must be called.
func (w Words) LeadAgain(l sales.Lead) bots.Card {
	card := w.leadCard(l, w.say("lead.again", l.Number), w.leadState(l), w.fact("fact.owner", w.Name(l.Owner)))
	if l.Status != sales.LeadOpen {
		card.Tone = bots.ToneClosed
	}
	return card
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
