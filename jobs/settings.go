package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"genjin/sales"
	"genjin/store"
)

// versionWait is how long work rests that needs a version of the organisation
// or of the rules which this process has not taken yet.
const versionWait = time.Second

// leaverKept is how long a person's open work is not listed again.
const leaverKept = 30 * 24 * time.Hour

// settingEffect does what must follow a change of org.yaml or rules.yaml.
func (e *Engine) settingEffect(ctx context.Context, tx *store.Tx, f sales.Effect) error {
	switch f.Kind { //nolint:exhaustive // the others are the caller's
	case sales.EffectRulesChanged:
		return e.rulesChanged(ctx, tx, f.Number)
	case sales.EffectOrgChanged:
		return e.orgChanged(ctx, tx, f.Number)
	case sales.EffectPersonLeft:
		return e.personLeft(ctx, tx, f)
	case sales.EffectConfigBad:
		return e.tellAdmins(ctx, tx, note{Kind: kindAlarm, Subject: "config:" + f.Actor, Text: e.words().ConfigBad(f.Actor, f.Number, f.Detail)})
	case sales.EffectConfigMended:
		return e.tellAdmins(ctx, tx, note{Kind: kindAlarm, Subject: "config:" + f.Actor, Text: e.words().ConfigMended(f.Actor, f.Number)})
	}
	return final{fmt.Errorf("no such effect: %q", f.Kind)}
}

// tellAdmins says something to each admin.
func (e *Engine) tellAdmins(ctx context.Context, tx *store.Tx, n note) error {
	for _, p := range e.Org().WithRole(sales.RoleAdmin) {
		if _, _, err := e.tell(ctx, tx, p, n); err != nil {
			return err
		}
	}
	return nil
}

// rulesChanged has the leads scored again that an older version scored.
func (e *Engine) rulesChanged(ctx context.Context, tx *store.Tx, version int64) error {
	_, err := tx.AddJob(ctx, store.NewJob{
		Kind: kindRescore, Key: fmt.Sprintf("rescore:%d", version), Payload: periodPayload{At: tx.Now().UnixMilli(), Rules: version},
	})
	return err
}

// taken puts work off until this process has the organisation of a version.
func (e *Engine) taken(tx *store.Tx, version int64) error {
	if e.Org().Version < version {
		return later{tx.Now().Add(versionWait)}
	}
	return nil
}

// orgChanged brings the cards of what waits to who must act by the new
// organisation: the manager of who left, a stand-in, or again who was stood in
// for. Requests of which nothing changes are left alone.
func (e *Engine) orgChanged(ctx context.Context, tx *store.Tx, version int64) error {
	if err := e.taken(tx, version); err != nil {
		return err
	}
	pending, err := tx.PendingApprovals(ctx)
	if err != nil {
		return err
	}
	for _, p := range pending {
		a := standing{p, tx.Now()}
		misplaced, err := e.misplaced(ctx, tx, a)
		if err != nil {
			return err
		}
		if misplaced {
			if err := tx.LockApproval(ctx, a.Number); err != nil {
				return err
			}
			if err := e.refresh(ctx, tx, a); err != nil {
				return err
			}
		}
		if _, err := e.askAgain(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// misplaced tells whether somebody has a card who must not act any more.
func (e *Engine) misplaced(ctx context.Context, tx *store.Tx, a standing) (bool, error) {
	open, err := tx.CardsOf(ctx, cardApproval, a.Number)
	if err != nil {
		return false, err
	}
	waiting, err := e.waiting(ctx, tx, a.Approval, a.at)
	if err != nil {
		return false, err
	}
	for _, c := range open {
		if _, is := waiting[c.Person]; !is {
			return true, nil
		}
	}
	return false, nil
}

// personLeft gives sales operations the list of what somebody leaves behind,
// once, with the command that hands it over.
func (e *Engine) personLeft(ctx context.Context, tx *store.Tx, f sales.Effect) error {
	if err := e.taken(tx, f.Number); err != nil {
		return err
	}
	p, known := e.Org().Person(f.Detail)
	if back := f.Number > 0 && !p.Left; back || !known { // by an organisation that came into force meanwhile
		return nil
	}
	_, told, err := tx.Draft(ctx, store.LeaverKey(f.Detail))
	if err != nil || told {
		return err
	}
	leads, err := tx.OpenLeads(ctx, p.ID)
	if err != nil {
		return err
	}
	deals, err := tx.OpenDeals(ctx, p.ID)
	if err != nil || len(leads)+len(deals) == 0 {
		return err
	}
	text := e.words().LeftBehind(p, e.heir(p), leads, deals, tx.Now())
	for _, who := range e.handOverers(p.ID) {
		if _, _, err := e.tell(ctx, tx, who, note{Kind: "leaver", Subject: "person:" + p.ID, Text: text}); err != nil {
			return err
		}
	}
	return noteLeaver(ctx, tx, p.ID, f.Number)
}

// noteLeaver keeps that somebody's open work was listed, and by which version.
func noteLeaver(ctx context.Context, tx *store.Tx, id string, version int64) error {
	data, err := json.Marshal(version)
	if err != nil {
		return fmt.Errorf("leaver %s: %w", id, err)
	}
	return tx.SaveDraft(ctx, store.Draft{Person: store.LeaverKey(id), Kind: "leaver", Data: data, ExpiresAt: tx.Now().Add(leaverKept)})
}

// handOverers are those who may hand a leaver's work over: sales operations,
// where there are none the admins.
func (e *Engine) handOverers(leaver string) []sales.Person {
	for _, role := range []sales.Role{sales.RoleOps, sales.RoleAdmin} {
		var people []sales.Person
		for _, p := range e.Org().WithRole(role) {
			if p.ID != leaver {
				people = append(people, p)
			}
		}
		if len(people) > 0 {
			return people
		}
	}
	return nil
}

// heir is a person who could take a leaver's work over, as an example: somebody
// with the same role in the team, else the manager.
func (e *Engine) heir(leaver sales.Person) sales.Person {
	for _, p := range e.Org().People() {
		if !p.Left && p.ID != leaver.ID && p.Role == leaver.Role && p.Team == leaver.Team {
			return p
		}
	}
	boss, _ := e.Org().Manager(leaver.ID)
	return boss
}
