package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"genjin/sales"
	"genjin/store/dbgen"
)

const (
	dealOpen   = "open"
	dealClosed = "closed"
)

func setDeal(d *sales.Deal, revision int64) { d.Revision = revision }

// Deal loads the deal with this number.
func (tx *Tx) Deal(ctx context.Context, number int64) (sales.Deal, error) {
	r, err := tx.q.DealByNumber(ctx, number)
	if err := found(err, "deal", number); err != nil {
		return sales.Deal{}, err
	}
	return decode(noun(r), "deal", setDeal)
}

// OpenDeals lists the deals of an owner that are neither won nor lost, or of
// everybody when owner is empty.
func (tx *Tx) OpenDeals(ctx context.Context, owner string) ([]sales.Deal, error) {
	if owner == "" {
		rows, err := tx.q.OpenDeals(ctx)
		return decodeAll(rows, err, "deal", setDeal)
	}
	rows, err := tx.q.OpenDealsOf(ctx, owner)
	return decodeAll(rows, err, "deal", setDeal)
}

// DealsLike lists the open deals whose company key contains the given one or
// is contained in it.
func (tx *Tx) DealsLike(ctx context.Context, companyKey string) ([]sales.Deal, error) {
	if companyKey == "" {
		return []sales.Deal{}, nil
	}
	// LIKE finds a few too many where a key holds % or _; Go has the last word.
	rows, err := tx.q.OpenDealsLike(ctx, companyKey)
	deals, err := decodeAll(rows, err, "deal", setDeal)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(deals, func(d sales.Deal) bool {
		return !strings.Contains(d.CompanyKey, companyKey) && !strings.Contains(companyKey, d.CompanyKey)
	}), nil
}

func dealStatus(d sales.Deal) string {
	if d.Stage == "won" || d.Stage == "lost" {
		return dealClosed
	}
	return dealOpen
}

func (tx *Tx) saveDeal(ctx context.Context, d sales.Deal) error {
	if d.Number <= 0 || d.ID == "" {
		return errors.New("save deal: no number or id given")
	}
	old := d.Revision
	d.Revision++
	data, err := encode("deal", d)
	if err != nil {
		return err
	}
	if old == 0 {
		n, err := tx.q.InsertDeal(ctx, dbgen.InsertDealParams{
			Number: d.Number, ID: d.ID, Revision: d.Revision, Owner: d.Owner, Status: dealStatus(d), Stage: d.Stage,
			LeadNumber: d.LeadNumber, CompanyKey: d.CompanyKey, CreatedAt: millis(d.CreatedAt), UpdatedAt: millis(d.UpdatedAt), Data: data,
		})
		return saved(n, err, "deal", d.Number)
	}
	n, err := tx.q.UpdateDeal(ctx, dbgen.UpdateDealParams{
		Owner: d.Owner, Status: dealStatus(d), Stage: d.Stage, LeadNumber: d.LeadNumber, CompanyKey: d.CompanyKey,
		UpdatedAt: millis(d.UpdatedAt), Data: data, Number: d.Number, Revision: old,
	})
	return saved(n, err, "deal", d.Number)
}
