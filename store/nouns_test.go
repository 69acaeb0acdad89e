package store_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"genjin/sales"
	"genjin/sales/money"
	"genjin/sales/worktime"
	"genjin/store"
	"genjin/store/storetest"
)

var noDelegation sales.Delegation

func TestNounsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		lead := sales.Lead{
			Number: 12, ID: "l", Company: "华东智造", Phone: "+8613800138000", CompanyKey: "华东智造", Owner: "li", Status: sales.LeadOpen,
			Fields: map[string]string{"备注": "急"}, Score: sales.Score{Version: 3, Total: 80, Grade: "A", Parts: []sales.ScorePart{{ID: "size", Points: 20, Max: 25}}},
			RespondBy: worktime.Due{At: at}, Duplicates: []int64{3}, CreatedAt: at, UpdatedAt: at,
		}
		deal := sales.Deal{
			Number: 13, ID: "d", LeadNumber: 12, Company: "华东智造", CompanyKey: "华东智造", Owner: "li", Stage: "contact", Amount: money.Amount{Fen: 128_000_000},
			Pending: &sales.Move{ID: "m", To: "needs", At: at, Evidence: []string{"f"}}, Moves: []sales.Move{}, StageSince: at,
		}
		file := sales.File{
			ID: "f", Person: "li", Bot: "feishu", SentAt: at, Name: "纪要.pdf", Status: sales.FileReady, SHA256: "abc",
			Platform: sales.PlatformFile{Key: "k", MessageID: "om"},
		}
		approval := sales.Approval{
			Number: 14, ID: "a", DealNumber: 13, Requester: "li", Status: sales.ApprovalPending, CreatedAt: at,
			Steps: []sales.ApprovalStep{{Name: "主管", Tasks: []sales.ApprovalTask{{Approver: "wang"}}}},
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.Save(ctx, sales.Change{
				Leads: []sales.Lead{lead}, Deals: []sales.Deal{deal}, Files: []sales.File{file}, Approvals: []sales.Approval{approval},
			}, store.Source{})
		})
		lead.Revision, deal.Revision, file.Revision, approval.Revision = 1, 1, 1, 1
		same(t, lead, view(t, s, func(ctx context.Context, tx *store.Tx) (sales.Lead, error) { return tx.Lead(ctx, 12) }))
		same(t, deal, view(t, s, func(ctx context.Context, tx *store.Tx) (sales.Deal, error) { return tx.Deal(ctx, 13) }))
		same(t, file, view(t, s, func(ctx context.Context, tx *store.Tx) (sales.File, error) { return tx.File(ctx, "f") }))
		same(t, file, view(t, s, func(ctx context.Context, tx *store.Tx) (sales.File, error) {
			return tx.FileByPlatform(ctx, "feishu", "om", "k")
		}))
		same(t, approval, view(t, s, func(ctx context.Context, tx *store.Tx) (sales.Approval, error) { return tx.Approval(ctx, 14) }))
	})
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestSaveChecksRevisions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := saveLead(t, s, sales.Lead{Company: "a", Owner: "li"})
		save := func(l sales.Lead) error {
			return s.Do(t.Context(), func(tx *store.Tx) error {
				return tx.Save(t.Context(), sales.Change{Leads: []sales.Lead{l}}, store.Source{})
			})
		}
		l.Owner = "han"
		if err := save(l); err != nil {
			t.Fatal(err)
		}
		l.Owner = "late"
		if err := save(l); !errors.Is(err, store.ErrConflict) {
			t.Errorf("an old revision was saved: %v", err)
		}
		l.Revision = 0
		if err := save(l); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a number was given twice: %v", err)
		}
		got := view(t, s, func(ctx context.Context, tx *store.Tx) (sales.Lead, error) { return tx.Lead(ctx, l.Number) })
		if got.Owner != "han" || got.Revision != 2 {
			t.Errorf("owner %s revision %d, want han 2", got.Owner, got.Revision)
		}
		if err := save(sales.Lead{}); err == nil {
			t.Error("a lead without number was saved")
		}
	})
}

func TestNothingIsErrNotFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		looks := map[string]func(ctx context.Context, tx *store.Tx) error{
			"lead": func(ctx context.Context, tx *store.Tx) error { _, err := tx.Lead(ctx, 1); return err },
			"deal": func(ctx context.Context, tx *store.Tx) error { _, err := tx.Deal(ctx, 1); return err },
			"file": func(ctx context.Context, tx *store.Tx) error { _, err := tx.File(ctx, "x"); return err },
			"platform": func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.FileByPlatform(ctx, "x", "", "")
				return err
			},
			"approval": func(ctx context.Context, tx *store.Tx) error { _, err := tx.Approval(ctx, 1); return err },
			"card":     func(ctx context.Context, tx *store.Tx) error { _, err := tx.Card(ctx, "x"); return err },
			"set card": func(ctx context.Context, tx *store.Tx) error { return tx.SetCard(ctx, store.Card{Nonce: "x"}) },
			"message":  func(ctx context.Context, tx *store.Tx) error { _, err := tx.Message(ctx, "x"); return err },
			"mark":     func(ctx context.Context, tx *store.Tx) error { return tx.MarkMessage(ctx, "x", store.MessageResult{}) },
			"update": func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Post(ctx, store.Outgoing{Update: "x"})
				return err
			},
			"job": func(ctx context.Context, tx *store.Tx) error { _, err := tx.Job(ctx, "x"); return err },
		}
		for what, look := range looks {
			if err := s.Do(t.Context(), func(tx *store.Tx) error { return look(t.Context(), tx) }); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: got %v", what, err)
			}
		}
		if err := s.Replay(t.Context(), "x", "zhao"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("replay: got %v", err)
		}
	})
}

func TestLeadsAndDealsLike(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, l := range []sales.Lead{
			{CompanyKey: "华东智造", Phone: "+861", Email: "a@x.cn", Owner: "li"},
			{CompanyKey: "华东电气", Phone: "+862", Owner: "li"},
			{CompanyKey: "华东智造", Phone: "+863", Owner: "han"},
			{},
		} {
			saveLead(t, s, l)
		}
		for _, c := range []struct {
			phone, email, key string
			want              []int64
		}{
			{"+861", "", "", []int64{1}},
			{"", "a@x.cn", "", []int64{1}},
			{"+862", "", "华东智造", []int64{1, 2, 3}},
			{"", "", "华东智造科", []int64{1, 3}},
			{"", "", "华东", []int64{}},
			{"", "", "", []int64{}},
		} {
			leads := view(t, s, func(ctx context.Context, tx *store.Tx) ([]sales.Lead, error) {
				return tx.LeadsLike(ctx, c.phone, c.email, c.key)
			})
			got := make([]int64, 0, len(leads))
			for _, l := range leads {
				got = append(got, l.Number)
			}
			same(t, c.want, got)
		}
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.Save(ctx, sales.Change{Deals: []sales.Deal{
				{Number: 11, ID: "a", CompanyKey: "华东智造科技", Stage: "needs", Owner: "li"},
				{Number: 12, ID: "b", CompanyKey: "100%_ab", Stage: "needs", Owner: "li"},
				{Number: 13, ID: "c", CompanyKey: "华东智造", Stage: "won", Owner: "li"},
				{Number: 14, ID: "d", Stage: "needs", Owner: "han"},
			}}, store.Source{})
		})
		for key, want := range map[string][]int64{"智造": {11}, "上海华东智造科技园": {11}, "%": {12}, "_": {12}, "华东": {11}, "": {}, "无锡": {}} {
			deals := view(t, s, func(ctx context.Context, tx *store.Tx) ([]sales.Deal, error) { return tx.DealsLike(ctx, key) })
			got := make([]int64, 0, len(deals))
			for _, d := range deals {
				got = append(got, d.Number)
			}
			same(t, want, got)
		}
		if n := len(view(t, s, func(ctx context.Context, tx *store.Tx) ([]sales.Deal, error) { return tx.OpenDeals(ctx, "li") })); n != 2 {
			t.Errorf("%d open deals of li, want 2", n)
		}
		if n := len(view(t, s, func(ctx context.Context, tx *store.Tx) ([]sales.Deal, error) { return tx.OpenDeals(ctx, "") })); n != 3 {
			t.Errorf("%d open deals, want 3", n)
		}
		if n := len(view(t, s, func(ctx context.Context, tx *store.Tx) ([]sales.Lead, error) { return tx.OpenLeads(ctx, "han") })); n != 1 {
			t.Errorf("%d open leads of han, want 1", n)
		}
		if n := len(view(t, s, func(ctx context.Context, tx *store.Tx) ([]sales.Lead, error) { return tx.LeadsScoredBefore(ctx, 1, 3) })); n != 3 {
			t.Errorf("%d leads to score, want 3", n)
		}
	})
}

func TestFilesOfAPerson(t *testing.T) {
	t.Parallel()
	c := newClock()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		do(t, s, func(ctx context.Context, tx *store.Tx) error {
			var files []sales.File
			for i, id := range []string{"old", "b", "c"} {
				files = append(files, sales.File{ID: id, Person: "li", SentAt: tx.Now().Add(time.Duration(i-1) * 5 * time.Minute)})
			}
			return tx.Save(ctx, sales.Change{Files: append(files, sales.File{ID: "other", Person: "han", SentAt: tx.Now()})}, store.Source{})
		})
		got := view(t, s, func(ctx context.Context, tx *store.Tx) ([]sales.File, error) {
			return tx.RecentFiles(ctx, "li", c.Now())
		})
		if len(got) != 2 || got[0].ID != "c" || got[1].ID != "b" {
			t.Errorf("got %+v", got)
		}
		if n := view(t, s, func(ctx context.Context, tx *store.Tx) (int, error) { return tx.FilesSince(ctx, "li", time.Time{}) }); n != 3 {
			t.Errorf("%d files, want 3", n)
		}
	}, storetest.WithClock(c.Now))
}
