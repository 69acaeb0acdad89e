package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"genjin/sales"
	"genjin/store/dbgen"
)

// The texts that have versions.
const (
	VersionRules = "rules"
	VersionOrg   = "org"
)

// metaFormer holds who stood in org.yaml once and does not any more.
const metaFormer = "former_people"

// Version is a text of rules.yaml or org.yaml that was in force.
type Version struct {
	Kind   string
	Number int64 // from 1 up
	Hash   string
	Text   []byte
	By     string // who brought it: file@host, SIGHUP@host …
	At     time.Time
}

// RulesVersion gives a text of rules.yaml its version. The bool is true when
// the text differs from the one in force, so that it is a new version, also
// when an older one had the same words.
func (tx *Tx) RulesVersion(ctx context.Context, hash string, text []byte, by string) (int64, bool, error) {
	return tx.version(ctx, dbgen.InsertVersionParams{Kind: VersionRules, Hash: hash, Body: string(text), LoadedBy: by})
}

// OrgVersion does for org.yaml what [Tx.RulesVersion] does for rules.yaml.
func (tx *Tx) OrgVersion(ctx context.Context, hash string, text []byte, by string) (int64, bool, error) {
	return tx.version(ctx, dbgen.InsertVersionParams{Kind: VersionOrg, Hash: hash, Body: string(text), LoadedBy: by})
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

// InForce is the number of a kind's newest version, 0 before the first.
func (tx *Tx) InForce(ctx context.Context, kind string) (int64, error) {
	last, err := tx.q.LatestVersion(ctx, kind)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("load the latest version of %s: %w", kind, err)
	}
	return last.Version, nil
}

// NewestVersion is the text of a kind that is in force. The bool is false
// before the first.
func (tx *Tx) NewestVersion(ctx context.Context, kind string) (Version, bool, error) {
	return versionOrNot(tx.q.NewestVersion(ctx, kind))
}

// VersionByHash is the newest version of a kind with these words. The bool is
// false when none had them.
func (tx *Tx) VersionByHash(ctx context.Context, kind, hash string) (Version, bool, error) {
	return versionOrNot(tx.q.VersionByHash(ctx, kind, hash))
}

// Version is a kind's text with that number.
func (tx *Tx) Version(ctx context.Context, kind string, number int64) (Version, error) {
	row, err := tx.q.VersionByNumber(ctx, kind, number)
	if err != nil {
		return Version{}, found(err, kind+" version", number)
	}
	return versionOf(row), nil
}

func versionOrNot(row dbgen.Version, err error) (Version, bool, error) {
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Version{}, false, nil
	case err != nil:
		return Version{}, false, fmt.Errorf("load a version: %w", err)
	}
	return versionOf(row), true, nil
}

func versionOf(r dbgen.Version) Version {
	return Version{Kind: r.Kind, Number: r.Version, Hash: r.Hash, Text: []byte(r.Body), By: r.LoadedBy, At: instant(r.LoadedAt)}
}

// Former are the people who stood in org.yaml once and do not any more: what
// they left behind still carries their ids.
func (tx *Tx) Former(ctx context.Context) ([]sales.Person, error) {
	text, err := tx.q.MetaByName(ctx, metaFormer)
	if errors.Is(err, sql.ErrNoRows) {
		return []sales.Person{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load the former people: %w", err)
	}
	var people []sales.Person
	if err := json.Unmarshal([]byte(text), &people); err != nil {
		return nil, fmt.Errorf("former people: %w", err)
	}
	return people, nil
}

// SetFormer keeps who is not in org.yaml any more.
func (tx *Tx) SetFormer(ctx context.Context, people []sales.Person) error {
	text, err := json.Marshal(people)
	if err != nil {
		return fmt.Errorf("former people: %w", err)
	}
	if err := tx.q.SetMeta(ctx, metaFormer, string(text)); err != nil {
		return fmt.Errorf("save the former people: %w", err)
	}
	return nil
}
