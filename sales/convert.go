package sales

import (
	"strings"
	"time"
)

// Convert makes a deal of a lead. The deal's id, number, amount and product are
// set already; the rest comes from the lead. Missing parts of BANT refuse only
// where the rules say so.
func Convert(l Lead, d Deal, r *Rules, by Person, now time.Time) (Change, Deal, error) {
	switch {
	case l.Status == LeadConverted:
		return Change{}, Deal{}, &Refusal{Kind: RefuseConverted, Number: l.DealNumber}
	case l.Status != LeadOpen:
		return Change{}, Deal{}, &Refusal{Kind: RefuseClosed}
	case r.BANT && len(l.BANT.Missing()) > 0:
		return Change{}, Deal{}, &Refusal{Kind: RefuseBANT, Detail: strings.Join(l.BANT.Missing(), "、")}
	}
	before := l
	d.LeadNumber, d.Company, d.CompanyKey, d.Contact, d.Owner, d.BANT = l.Number, l.Company, l.CompanyKey, l.Contact, l.Owner, l.BANT
	d.Stage, d.StageSince, d.TouchedAt, d.CreatedAt, d.UpdatedAt = r.First().ID, now, now, now, now
	l.Status, l.DealNumber, l.UpdatedAt = LeadConverted, d.Number, now
	if l.TouchedAt.IsZero() {
		l.TouchedAt = now
	}
	return Change{
		Leads: []Lead{l}, Deals: []Deal{d},
		Entries: []Entry{
			{Actor: by.ID, Action: "lead.convert", Object: l.object(), Before: before.Status, After: l.Status},
			{Actor: by.ID, Action: "deal.create", Object: d.object(), After: d},
		},
	}, d, nil
}

// Missing names the parts of BANT that nobody has told, in Chinese.
func (b BANT) Missing() []string {
	var missing []string
	for _, part := range []struct{ name, value string }{{"预算", b.Budget}, {"决策人", b.Authority}, {"需求", b.Need}, {"时间", b.Timing}} {
		if part.value == "" {
			missing = append(missing, part.name)
		}
	}
	return missing
}
