package store

import (
	"context"
	"errors"
	"slices"

	"genjin/sales"
	"genjin/sales/norm"
	"genjin/store/dbgen"
)

func setLead(l *sales.Lead, revision int64) { l.Revision = revision }

// Lead loads the lead with this number.
func (tx *Tx) Lead(ctx context.Context, number int64) (sales.Lead, error) {
	r, err := tx.q.LeadByNumber(ctx, number)
	if err := found(err, "lead", number); err != nil {
		return sales.Lead{}, err
	}
	return decode(noun(r), "lead", setLead)
}

// LeadsLike lists the leads, whatever their state, with the same phone number,
// the same e-mail address, or the same or a similar company. Empty ones match
// none.
func (tx *Tx) LeadsLike(ctx context.Context, phone, email, companyKey string) ([]sales.Lead, error) {
	var all []sales.Lead
	if phone != "" {
		rows, err := tx.q.LeadsByPhone(ctx, phone)
		leads, err := decodeAll(rows, err, "lead", setLead)
		if err != nil {
			return nil, err
		}
		all = append(all, leads...)
	}
	if email != "" {
		rows, err := tx.q.LeadsByEmail(ctx, email)
		leads, err := decodeAll(rows, err, "lead", setLead)
		if err != nil {
			return nil, err
		}
		all = append(all, leads...)
	}
	if companyKey != "" {
		rows, err := tx.q.LeadsByHead(ctx, head(companyKey))
		leads, err := decodeAll(rows, err, "lead", setLead)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(leads, func(l sales.Lead) bool { return !alike(l.CompanyKey, companyKey) })...)
	}
	slices.SortFunc(all, func(a, b sales.Lead) int { return int(a.Number - b.Number) })
	return slices.CompactFunc(all, func(a, b sales.Lead) bool { return a.Number == b.Number }), nil
}

// alike reports whether two company keys may mean the same company: a person
// is to look at them.
func alike(a, b string) bool { return norm.SameCompany(a, b) != norm.CompanyDifferent }

// head is the start of a company key: among those that share it we look for
// similar ones.
func head(companyKey string) string {
	r := []rune(companyKey)
	return string(r[:min(2, len(r))])
}

// OpenLeads lists the open leads of an owner, or of everybody when owner is empty.
func (tx *Tx) OpenLeads(ctx context.Context, owner string) ([]sales.Lead, error) {
	if owner == "" {
		rows, err := tx.q.OpenLeads(ctx)
		return decodeAll(rows, err, "lead", setLead)
	}
	rows, err := tx.q.OpenLeadsOf(ctx, owner)
	return decodeAll(rows, err, "lead", setLead)
}

// LeadsScoredBefore lists open leads whose score rests on rules older than version.
func (tx *Tx) LeadsScoredBefore(ctx context.Context, version int64, limit int) ([]sales.Lead, error) {
	rows, err := tx.q.LeadsScoredBefore(ctx, version, most(limit))
	return decodeAll(rows, err, "lead", setLead)
}

// most is a limit as the generated queries want it.
func most(limit int) int32 {
	if limit <= 0 || limit > 10_000 {
		limit = 10_000
	}
	return int32(limit)
}

func (tx *Tx) saveLead(ctx context.Context, l sales.Lead) error {
	if l.Number <= 0 || l.ID == "" {
		return errors.New("save lead: no number or id given")
	}
	old := l.Revision
	l.Revision++
	data, err := encode("lead", l)
	if err != nil {
		return err
	}
	if old == 0 {
		n, err := tx.q.InsertLead(ctx, dbgen.InsertLeadParams{
			Number: l.Number, ID: l.ID, Revision: l.Revision, Owner: l.Owner, Status: string(l.Status), Phone: l.Phone, Email: l.Email,
			CompanyKey: l.CompanyKey, CompanyHead: head(l.CompanyKey), RulesVersion: l.Score.Version,
			CreatedAt: millis(l.CreatedAt), UpdatedAt: millis(l.UpdatedAt), Data: data,
		})
		return saved(n, err, "lead", l.Number)
	}
	n, err := tx.q.UpdateLead(ctx, dbgen.UpdateLeadParams{
		Owner: l.Owner, Status: string(l.Status), Phone: l.Phone, Email: l.Email, CompanyKey: l.CompanyKey, CompanyHead: head(l.CompanyKey),
		RulesVersion: l.Score.Version, UpdatedAt: millis(l.UpdatedAt), Data: data, Number: l.Number, Revision: old,
	})
	return saved(n, err, "lead", l.Number)
}
