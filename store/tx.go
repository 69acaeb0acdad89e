package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"genjin/sales"
	"genjin/store/dbgen"
)

// Tx is one transaction. It belongs to the goroutine that runs the closure and
// is dead when the closure returns.
type Tx struct {
	store *Store
	db    dbgen.DBTX
	q     *dbgen.Queries
	now   time.Time
	rings bool // a commit makes work due now
}

// Source says what caused a change: it goes into the audit log.
type Source struct {
	Bot     string `json:"bot,omitempty"`     // platform, or a command's name
	Event   string `json:"event,omitempty"`   // the platform's id of the event
	Address string `json:"address,omitempty"` // where the request came from
}

// Now is the one instant of this transaction, in UTC and whole milliseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID makes an id that sorts by the time of its making.
func (tx *Tx) NewID() string { return newID() }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// NextNumber takes the next number of the one sequence that leads, deals and
// approvals share.
func (tx *Tx) NextNumber(ctx context.Context) (int64, error) {
	n, err := tx.store.engine.nextNumber(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("take the next number: %w", err)
	}
	return n, nil
}

// Save stores a decision whole: nouns, audit entries, and a ledger job for
// each effect. A noun with revision 0 is new; any other must still have the
// revision it was loaded with, else [ErrConflict].
func (tx *Tx) Save(ctx context.Context, c sales.Change, from Source) error {
	if err := tx.saveNouns(ctx, c); err != nil {
		return err
	}
	for _, e := range c.Entries {
		if err := tx.appendAudit(ctx, e, from); err != nil {
			return err
		}
	}
	for _, e := range c.Effects {
		if err := tx.addEffect(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) saveNouns(ctx context.Context, c sales.Change) error {
	for _, l := range c.Leads {
		if err := tx.saveLead(ctx, l); err != nil {
			return err
		}
	}
	for _, d := range c.Deals {
		if err := tx.saveDeal(ctx, d); err != nil {
			return err
		}
	}
	for _, f := range c.Files {
		if err := tx.saveFile(ctx, f); err != nil {
			return err
		}
	}
	for _, a := range c.Approvals {
		if err := tx.saveApproval(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// millis is an instant as the database keeps it; never is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// saved turns the outcome of an insert or a compare-and-set into its error.
func saved(n int64, err error, what string, which any) error {
	switch {
	case err != nil:
		return fmt.Errorf("save %s %v: %w", what, which, err)
	case n == 0:
		return fmt.Errorf("save %s %v: %w", what, which, ErrConflict)
	default:
		return nil
	}
}

func encode(what string, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", what, err)
	}
	return string(text), nil
}

// noun is the part of a row that becomes a noun again.
type noun = struct {
	Revision int64
	Data     string
}

// decode makes a noun of a row; set gives it the row's revision.
func decode[T any](r noun, what string, set func(*T, int64)) (T, error) {
	var v T
	if err := json.Unmarshal([]byte(r.Data), &v); err != nil {
		return v, fmt.Errorf("decode %s: %w", what, err)
	}
	set(&v, r.Revision)
	return v, nil
}

func decodeAll[T any, R ~struct {
	Revision int64
	Data     string
}](rows []R, err error, what string, set func(*T, int64)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("list %ss: %w", what, err)
	}
	all := make([]T, 0, len(rows))
	for _, r := range rows {
		v, err := decode(noun(r), what, set)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// bind gives a transaction its connection and its instant.
func (tx *Tx) bind(db dbgen.DBTX, now time.Time) { tx.db, tx.q, tx.now = db, dbgen.New(db), now }
