package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"genjin/store/dbgen"
)

// RulesVersion gives a text of rules.yaml its version. The bool is true when
// the text differs from the one in force, so that it is a new version, also
// when an older one had the same words.
func (tx *Tx) RulesVersion(ctx context.Context, hash string, text []byte, by string) (int64, bool, error) {
	return tx.version(ctx, dbgen.InsertVersionParams{Kind: "rules", Hash: hash, Body: string(text), LoadedBy: by})
}

// OrgVersion does for org.yaml what [Tx.RulesVersion] does for rules.yaml.
func (tx *Tx) OrgVersion(ctx context.Context, hash string, text []byte, by string) (int64, bool, error) {
	return tx.version(ctx, dbgen.InsertVersionParams{Kind: "org", Hash: hash, Body: string(text), LoadedBy: by})
}

func (tx *Tx) version(ctx context.Context, v dbgen.InsertVersionParams) (int64, bool, error) {
	last, err := tx.q.LatestVersion(ctx, v.Kind)
	switch {
	case errors.Is(err, sql.ErrNoRows): // the first one
	case err != nil:
		return 0, false, fmt.Errorf("load the latest version of %s: %w", v.Kind, err)
	case last.Hash == v.Hash:
		return last.Version, false, nil
	}
	v.Version, v.LoadedAt = last.Version+1, millis(tx.now)
	n, err := tx.q.InsertVersion(ctx, v)
	if err := saved(n, err, v.Kind+" version", v.Version); err != nil {
		return 0, false, err
	}
	return v.Version, true, nil
}
