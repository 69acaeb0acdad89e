package handlers

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/sales/norm"
	"genjin/store"
)

// How well a name fits a deal; of several deals only the best count.
const (
	fitNone    = iota
	fitAround  // the deal's name lies in what was said
	fitContact // the customer's person
	fitSound   // pinyin
	fitPart    // what was said lies in the deal's name
	fitWhole
)

var latinShape = regexp.MustCompile(`^[a-z0-9]{2,40}$`)

// fit tells how well a name fits a deal.
func fit(d sales.Deal, name string) int {
	name = norm.Fold(name)
	key, folded := norm.CompanyKey(name), norm.Fold(d.Company)
	switch {
	case name == "":
		return fitNone
	case strings.EqualFold(name, folded) || (key != "" && key == d.CompanyKey):
		return fitWhole
	case part(name, folded) || part(key, d.CompanyKey):
		return fitPart
	case spelled(d, strings.ToLower(strings.ReplaceAll(name, " ", ""))):
		return fitSound
	case name == norm.Fold(d.Contact):
		return fitContact
	case part(d.CompanyKey, key):
		return fitAround
	}
	return fitNone
}

// part tells whether a name of at least two characters lies in another.
func part(name, whole string) bool {
	return len([]rune(name)) >= 2 && strings.Contains(whole, name)
}

// spelled tells whether latin letters are the beginning of a deal's name in
// pinyin, or of its initials.
func spelled(d sales.Deal, latin string) bool {
	if !latinShape.MatchString(latin) {
		return false
	}
	for _, name := range []string{norm.Fold(d.Company), d.CompanyKey} {
		if strings.HasPrefix(speech.Initials(name), latin) || (len(latin) >= 4 && strings.HasPrefix(speech.Sounds(name), latin)) {
			return true
		}
	}
	return false
}

// best keeps the deals that fit a name best, at least as well as least.
func best(deals []sales.Deal, name string, least int) []sales.Deal {
	found := make([]sales.Deal, 0, 2)
	top := max(least, fitAround)
	for _, d := range deals {
		switch f := fit(d, name); {
		case f > top:
			top, found = f, append(found[:0], d)
		case f == top:
			found = append(found, d)
		}
	}
	return found
}

// openDeals are the open deals that the person sees, their own first.
func (c *call) openDeals(ctx context.Context, name string) (own, others []sales.Deal, err error) {
	own, err = c.tx.OpenDeals(ctx, c.me.ID)
	if err != nil || c.me.Role == sales.RoleRep {
		return own, nil, err
	}
	all, err := c.tx.OpenDeals(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	others = slices.DeleteFunc(all, func(d sales.Deal) bool {
		return d.Owner == c.me.ID || !c.w.Org.Sees(c.me, d.Owner) || fit(d, name) == fitNone
	})
	return own, others, nil
}

// nameWordsMax is how many words a company's name may have.
const nameWordsMax = 8

// found is what a name came to: one deal, or the person was answered.
type found struct {
	deal sales.Deal
	rest []string // words that are not part of the name
	ok   bool
}

// findDeal finds the deal that a command means. Of several the person chooses
// by number; for none they are told what is closest.
func (c *call) findDeal(ctx context.Context, cmd speech.Command) (found, error) {
	if number := numberOf(cmd); number > 0 {
		return c.dealByNumber(ctx, cmd, number)
	}
	name := cmd.Name()
	own, others, err := c.openDeals(ctx, name)
	if err != nil {
		return found{}, err
	}
	if name == "" {
		return c.pick(ctx, cmd, own, nil)
	}
	for _, deals := range [][]sales.Deal{own, others} {
		if hits, rest := named(deals, cmd); len(hits) > 0 {
			return c.pick(ctx, cmd, hits, rest)
		}
	}
	if cmd.Doubt || cmd.Natural && speech.Doubtful(name) {
		return found{}, talk(ctx, c, cmd)
	}
	return found{}, c.refuse(ctx, "no_deal", c.w.NoDeal(name, near(append(own, others...), name)))
}

// named finds the deals that the first words of a command name best, of equals
// with more words, and gives the words that remain: in 丢单 华东智造 预算取消 the
// last word is no part of the name. Behind a name, where the verb
// comes later, all words must be the name: 如果华东智造 is none.
func named(deals []sales.Deal, cmd speech.Command) (hits []sales.Deal, rest []string) {
	least, shortest := fitAround, 1
	if cmd.Natural {
		least, shortest = fitContact, len(cmd.Words)
	}
	if cmd.Doubt {
		least = fitPart
	}
	top := fitNone
	for n := min(len(cmd.Words), max(nameWordsMax, shortest)); n >= shortest; n-- {
		name := strings.Join(cmd.Words[:n], " ")
		found := best(deals, name, least)
		if len(found) == 0 {
			continue
		}
		if f := fit(found[0], name); f > top {
			top, hits, rest = f, found, cmd.Words[n:]
		}
	}
	return hits, rest
}

func numberOf(cmd speech.Command) int64 {
	if cmd.Number > 0 {
		return cmd.Number
	}
	if len(cmd.Words) > 0 {
		if n, ok := speech.NumberIn(cmd.Words[0]); ok {
			return n
		}
	}
	return 0
}

func (c *call) dealByNumber(ctx context.Context, cmd speech.Command, number int64) (found, error) {
	d, err := c.tx.Deal(ctx, number)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !c.w.Org.Sees(c.me, d.Owner)) {
		return found{}, c.refuse(ctx, "no_deal", c.w.Say("number.none", number))
	}
	if err != nil {
		return found{}, err
	}
	rest := cmd.Words
	if cmd.Number == 0 && len(rest) > 0 {
		rest = rest[1:]
	}
	return found{deal: d, rest: rest, ok: true}, nil
}

// pick takes the only deal, or has the person choose.
func (c *call) pick(ctx context.Context, cmd speech.Command, deals []sales.Deal, rest []string) (found, error) {
	switch len(deals) {
	case 0:
		return found{}, c.refuse(ctx, "no_deal", c.w.NoDeal(cmd.Name(), nil))
	case 1:
		return found{deal: deals[0], rest: rest, ok: true}, nil
	}
	deals = deals[:min(len(deals), 9)]
	kept := choiceDraft{Command: cmd}
	if len(rest) > 0 && cmd.Fields["原因"] == "" {
		kept.Command.Fields = map[string]string{"原因": strings.Join(rest, " ")}
		maps.Copy(kept.Command.Fields, cmd.Fields)
	}
	for _, d := range deals {
		kept.Deals = append(kept.Deals, d.Number)
	}
	if err := c.saveDraft(ctx, draft{Kind: draftChoice, Choice: &kept}); err != nil {
		return found{}, err
	}
	name := strings.TrimSuffix(cmd.Name(), " "+strings.Join(rest, " "))
	if name == "" {
		name = c.w.Say("mine.open")
	}
	return found{}, c.refuse(ctx, "several_deals", c.w.Choose(name, deals))
}

// near are deals whose names look like what was said.
func near(deals []sales.Deal, name string) []sales.Deal {
	var alike []sales.Deal
	key := []rune(norm.CompanyKey(name))
	if len(key) > 64 {
		return nil
	}
	for _, d := range deals {
		other := []rune(d.CompanyKey)
		same := norm.SameCompany(d.Company, name) != norm.CompanyDifferent || speech.Sounds(string(key)) == speech.Sounds(string(other))
		if same || (len(key) > 1 && speech.Distance(key, other) <= max(1, len(other)/2)) {
			alike = append(alike, d)
		}
	}
	return alike[:min(len(alike), 3)]
}
