package cards

import (
	"fmt"
	"strings"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/sales/worktime"
)

// Words makes messages, with the people, rules and calendar as they stand now.
type Words struct {
	Org       *sales.Org
	Rules     *sales.Rules
	Cal       *worktime.Calendar
	Loc       *time.Location
	PublicURL string

	// Who decides for whom, and when: without them an approver is named who may be away.
	Delegations map[string]sales.Delegation
	Now         time.Time
}

// say looks a text up in the catalogue and fills it in. Another language is
// another table with the same keys.
func (w Words) say(key string, args ...any) string {
	text, ok := zhCN[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Say gives a text of the catalogue, for answers that hold no noun.
func (w Words) Say(key string, args ...any) string { return w.say(key, args...) }

// lines joins what is not empty, each on a line of its own.
func lines(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n")
}

// fact is a fact whose name stands in the catalogue.
func (w Words) fact(key, value string) bots.Fact {
	return bots.Fact{Name: w.say(key), Value: value}
}

// facts keeps those that say something.
func facts(all ...bots.Fact) bots.Block {
	b := bots.Block{}
	for _, f := range all {
		if strings.TrimSpace(f.Value) != "" {
			b.Facts = append(b.Facts, f)
		}
	}
	return b
}

// blocks keeps those that are not empty.
func blocks(all ...bots.Block) []bots.Block {
	kept := make([]bots.Block, 0, len(all))
	for _, b := range all {
		if b.Text != "" || b.Note != "" || len(b.Facts) > 0 || len(b.Buttons) > 0 || b.Form != nil || b.Divider {
			kept = append(kept, b)
		}
	}
	return kept
}

// title joins the parts of a card's title: state, object, amount.
func title(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}
