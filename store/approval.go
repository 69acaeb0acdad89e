package store

import (
	"context"
	"errors"
	"fmt"

	"genjin/sales"
	"genjin/store/dbgen"
)

func setApproval(a *sales.Approval, revision int64) { a.Revision = revision }

// Approval loads the approval with this number.
func (tx *Tx) Approval(ctx context.Context, number int64) (sales.Approval, error) {
	r, err := tx.q.ApprovalByNumber(ctx, number)
	if err := found(err, "approval", number); err != nil {
		return sales.Approval{}, err
	}
	return decode(noun(r), "approval", setApproval)
}

// LockApproval makes other transactions that lock the same approval wait for the
// end of this one: what follows from it is done once.
func (tx *Tx) LockApproval(ctx context.Context, number int64) error {
	n, err := tx.q.LockApproval(ctx, number)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("lock approval %d: %w", number, err)
	}
	return nil
}

// PendingApprovals lists what waits for a decision, oldest first.
func (tx *Tx) PendingApprovals(ctx context.Context) ([]sales.Approval, error) {
	rows, err := tx.q.PendingApprovals(ctx)
	return decodeAll(rows, err, "approval", setApproval)
}

// ApprovalsOfDeal lists every approval a deal ever needed, oldest first.
func (tx *Tx) ApprovalsOfDeal(ctx context.Context, dealNumber int64) ([]sales.Approval, error) {
	rows, err := tx.q.ApprovalsOfDeal(ctx, dealNumber)
	return decodeAll(rows, err, "approval", setApproval)
}

func (tx *Tx) saveApproval(ctx context.Context, a sales.Approval) error {
	if a.Number <= 0 || a.ID == "" {
		return errors.New("save approval: no number or id given")
	}
	old := a.Revision
	a.Revision++
	data, err := encode("approval", a)
	if err != nil {
		return err
	}
	if old == 0 {
		n, err := tx.q.InsertApproval(ctx, dbgen.InsertApprovalParams{
			Number: a.Number, ID: a.ID, Revision: a.Revision, Status: string(a.Status), Requester: a.Requester, DealNumber: a.DealNumber,
			CreatedAt: millis(a.CreatedAt), UpdatedAt: millis(a.UpdatedAt), Data: data,
		})
		return saved(n, err, "approval", a.Number)
	}
	n, err := tx.q.UpdateApproval(ctx, dbgen.UpdateApprovalParams{
		Status: string(a.Status), Requester: a.Requester, DealNumber: a.DealNumber, UpdatedAt: millis(a.UpdatedAt), Data: data,
		Number: a.Number, Revision: old,
	})
	return saved(n, err, "approval", a.Number)
}
