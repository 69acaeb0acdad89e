package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
	"genjin/sales"
	"genjin/sales/money"
	"genjin/sales/norm"
	"genjin/store"
)

const (
	modelRuns  = 300 // random histories of one approval each; GENJIN_MODEL_RUNS says otherwise, in CI 2000
	modelBatch = 100 // histories that happen at the same time
	modelPairs = 500 // reps with their approvers, so that nobody hears more than a person may
)

// modelRules is a pipeline with nothing but an approval in it.
const modelRules = `pipeline:
  - {id: contact, name: 初步接触, overdue: 90}
  - {id: contract, name: 合同签订, overdue: 90, approval: [{name: 直属主管, who: [manager]}]}
  - {id: won, name: 赢单, won: true}
  - {id: lost, name: 丢单, lost: true}
`

// TestModelApproval: an approver has a request on Feishu and on WeCom. Whatever
// the interleaving of clicks, typed acts, copies of pushes, delays, lost answers
// and restarts: it has exactly one effect, the requester is told once, every
// copy of the card is closed and says who decided, and every click is answered.
func TestModelApproval(t *testing.T) {
	t.Parallel()
	runs := modelRuns
	if n, err := strconv.Atoi(os.Getenv("GENJIN_MODEL_RUNS")); err == nil && n > 0 {
		runs = n
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := newModelWorld(t)
	decided, began := 0, time.Now()
	for first := 0; first < runs; first += modelBatch {
		batch := make([]*history, 0, modelBatch)
		for i := range modelBatch {
			h := &history{w: w, n: first + i, pair: (first + i) % modelPairs, rnd: rand.New(rand.NewPCG(seed, uint64(first+i)))}
			h.company = fmt.Sprintf("模型%d号", h.n)
			batch = append(batch, h)
		}
		w.inParallel(batch, (*history).ask)
		w.hurry()
		w.inParallel(batch, (*history).findCards)
		restart := first/modelBatch%4 == 3
		if first/modelBatch%3 == 2 {
			w.wecom.SetFault(wecomsim.Fault{Kind: wecomsim.FaultResetAfterAccept, Share: 30})
			w.sim.SetFault(feishusim.Fault{Kind: feishusim.FaultResetAfterAccept, Share: 30})
		}
		done := make(chan struct{})
		go func() { defer close(done); w.inParallel(batch, (*history).act) }()
		if restart {
			time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
			w.stop()
			w.start(w.getenv)
		}
		<-done
		w.wecom.ClearFaults()
		w.sim.ClearFaults()
		time.Sleep(1200 * time.Millisecond) // pushes that were refused come again
		w.hurry()
		for _, h := range batch {
			if h.check() {
				decided++
			}
		}
		if t.Failed() {
			return
		}
		t.Logf("%d histories after %s", first+modelBatch, time.Since(began).Round(time.Second))
	}
	t.Logf("%d histories, %d with a decision", runs, decided)
	if decided < runs/2 || decided == runs {
		t.Errorf("the histories are too much alike: %d of %d end with a decision", decided, runs)
	}
}

// hurry waits until the hub has nothing left to do, at five times the speed:
// thousands of messages are within a platform's limits only over minutes.
func (w *world) hurry() {
	w.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		n, err := w.hub.store.Counts(w.t.Context())
		if err == nil && n.DueJobs == 0 && n.LeasedJobs == 0 && n.Messages[string(store.MessagePending)] == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("hub does not come to rest: %+v %v\n%s", n, err, w.pending())
		}
		w.clock.Advance(200 * time.Millisecond)
	}
}

// pending is what the hub has not said yet.
func (w *world) pending() string {
	var b strings.Builder
	err := w.hub.store.View(w.t.Context(), func(tx *store.Tx) error {
		all, err := tx.Messages(w.t.Context(), store.MessageFilter{State: store.MessagePending, Limit: 20})
		for _, m := range all {
			fmt.Fprintf(&b, "%s to %s%s, update of %q, tries %d since %v: %s\n", m.Kind, m.User, m.Chat, m.Update, m.Tries, m.FirstTryAt, m.Error)
		}
		return err
	})
	if err != nil {
		return err.Error()
	}
	return b.String()
}

// newModelWorld has pairs of a rep and an approver who is on both platforms.
func newModelWorld(t *testing.T) *world {
	t.Helper()
	var org strings.Builder
	org.WriteString("teams:\n  - {id: east, name: 华东区, region: 华东}\npeople:\n")
	for i := range modelPairs {
		fmt.Fprintf(&org, "  - {id: m%d, name: 主管%d, role: manager, team: east, feishu: ou_m%d, wecom: %s}\n", i, i, i, wecomID(fmt.Sprintf("ou_m%d", i)))
		fmt.Fprintf(&org, "  - {id: r%d, name: 销售%d, role: rep, team: east, manager: m%d, feishu: ou_r%d}\n", i, i, i, i)
	}
	org.WriteString("  - {id: admin, name: 管理员, role: admin, team: east, feishu: ou_admin}\n")
	dir := t.TempDir()
	defaults, err := os.ReadFile("config/default_rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(defaults), "pipeline:\n")
	_, after, _ := strings.Cut(rest, "\n\n")
	for name, text := range map[string]string{"org.yaml": org.String(), "rules.yaml": before + modelRules + "\n" + after} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return newWorld(t, onBothAtOnce, with("GENJIN_ORG", filepath.Join(dir, "org.yaml")), with("GENJIN_RULES", filepath.Join(dir, "rules.yaml")), func(w *world) {
		w.unlimited = true
		w.people = func() {
			for i := range modelPairs {
				for _, id := range []string{fmt.Sprintf("ou_m%d", i), fmt.Sprintf("ou_r%d", i)} {
					w.sim.AddUser(feishusim.User{OpenID: id, Name: id})
					wecomPhone{w.wecom}.stranger(id, id)
				}
			}
			w.sim.AddUser(feishusim.User{OpenID: "ou_admin", Name: "管理员"})
		}
	})
}

func (w *world) inParallel(all []*history, f func(*history)) {
	var wg sync.WaitGroup
	gate := make(chan struct{}, 16)
	for _, h := range all {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			f(h)
		})
	}
	wg.Wait()
}

// history is what happens to one approval.
type history struct {
	w       *world
	n, pair int
	company string
	rnd     *rand.Rand
	no      int64
	onLark  feishusim.Message
	onWecom wecomsim.Message

	mu      sync.Mutex
	log     []string
	presses int // clicks that reached the hub from WeCom
	silent  int // clicks that were answered with nothing
	told    int // what the approver had been told on WeCom before
}

func (h *history) rep() string  { return fmt.Sprintf("ou_r%d", h.pair) }
func (h *history) boss() string { return fmt.Sprintf("ou_m%d", h.pair) }

func (h *history) note(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

// ask brings a deal to where the approver must decide.
func (h *history) ask() {
	w := h.w
	err := w.hub.store.Do(w.t.Context(), func(tx *store.Tx) error {
		number, err := tx.NextNumber(w.t.Context())
		if err != nil {
			return err
		}
		d := sales.Deal{
			ID: tx.NewID(), Number: number, Company: h.company, CompanyKey: norm.CompanyKey(h.company), Contact: "张伟", Owner: fmt.Sprintf("r%d", h.pair),
			Amount: money.Amount{Fen: 50_000_000, Cur: "CNY"}, Stage: "contact", StageSince: tx.Now(), TouchedAt: tx.Now(), CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
		}
		return tx.Save(w.t.Context(), sales.Change{Deals: []sales.Deal{d}}, store.Source{})
	})
	if err != nil {
		w.t.Errorf("deal of %s: %v", h.company, err)
	}
	if r := w.sim.SendText(w.t.Context(), h.rep(), "", "推进 "+h.company+" 合同签订"); !r.OK() {
		w.t.Errorf("%s: %+v", h.company, r)
	}
}

// findCards looks for the two copies of the card.
func (h *history) findCards() {
	ctx, w := h.w.t.Context(), h.w
	if a, ok := h.approval(); ok {
		h.no = a.Number
	}
	for _, m := range w.sim.Messages(h.boss()) {
		if isCard(m.Title, h.company) && len(m.Buttons) > 0 {
			h.onLark = m
		}
	}
	for _, m := range w.wecom.Messages(wecomID(h.boss())) {
		if isCard(m.Title, h.company) && len(m.Buttons) > 0 {
			h.onWecom = m
		}
	}
	h.told = len(w.wecom.Messages(wecomID(h.boss())))
	if h.no == 0 || h.onLark.ID == "" || h.onWecom.ID == "" {
		w.t.Errorf("%s: approval %d, card on Feishu %q, on WeCom %q (%v)", h.company, h.no, h.onLark.ID, h.onWecom.ID, ctx.Err())
	}
}

// isCard tells a request's own card from the consolidated one.
func isCard(title, company string) bool {
	return strings.Contains(title, "待你审批") && strings.Contains(title, company)
}

func (h *history) approval() (a sales.Approval, ok bool) {
	err := h.w.hub.store.View(h.w.t.Context(), func(tx *store.Tx) error {
		if h.no != 0 {
			var err error
			a, err = tx.Approval(h.w.t.Context(), h.no)
			ok = err == nil
			return err
		}
		all, err := tx.PendingApprovals(h.w.t.Context())
		for _, p := range all {
			if p.Company == h.company {
				a, ok = p, true
			}
		}
		return err
	})
	if err != nil {
		h.w.t.Errorf("approval of %s: %v", h.company, err)
	}
	return a, ok
}

// act has a few things happen, some of them at once.
func (h *history) act() {
	var wg sync.WaitGroup
	for range 1 + h.rnd.IntN(5) {
		step := h.step()
		if h.rnd.IntN(3) == 0 {
			step()
			continue
		}
		wait := time.Duration(h.rnd.IntN(30)) * time.Millisecond
		wg.Go(func() { time.Sleep(wait); step() })
	}
	wg.Wait()
}

// step picks something that people or the platforms do.
func (h *history) step() func() {
	w, ctx := h.w, h.w.t.Context()
	button := []string{"同意", "拒绝", "退回", "转交"}[h.rnd.IntN(4)]
	reason := map[string]any{}
	if h.rnd.IntN(2) == 0 {
		reason["comment"] = "材料不全"
	}
	switch h.rnd.IntN(8) {
	case 0, 1:
		return func() {
			r := w.sim.Click(ctx, h.boss(), h.onLark.ID, button, reason)
			h.note("Feishu click %s %v: %q %+v", button, reason, r.Toast, r.Blocked)
			if r.Done() && r.Toast == "" && !r.CardReplaced {
				h.silent++
			}
		}
	case 2, 3:
		return func() {
			r := w.wecom.Click(ctx, wecomID(h.boss()), h.onWecom.ID, button, h.choosable(reason))
			h.wecomClick(button, r)
		}
	case 4:
		return func() {
			for _, r := range w.wecom.ClickTwice(ctx, wecomID(h.boss()), h.onWecom.ID, button, h.choosable(reason)) {
				h.wecomClick(button+" twice", r)
			}
		}
	case 5: // a click that the platform pushes twice
		return func() {
			query, body, err := w.wecom.ClickPush(wecomID(h.boss()), h.onWecom.ID, button, h.choosable(reason))
			if err != nil {
				h.note("WeCom click %s: %v", button, err)
				return
			}
			taken := 0
			for range 2 {
				status, _ := w.wecom.PushRaw(ctx, "", query, body)
				h.note("WeCom copy of %s: %d", button, status)
				if status == http.StatusOK {
					taken = 1
				}
			}
			h.mu.Lock()
			h.presses += taken
			h.mu.Unlock()
		}
	case 6:
		text := fmt.Sprintf("同意 %d", h.no)
		if h.rnd.IntN(2) == 0 {
			text = fmt.Sprintf("拒绝 %d 价格没谈拢", h.no)
		}
		if h.rnd.IntN(2) == 0 {
			return func() { h.note("Feishu %s: %v", text, w.sim.SendText(ctx, h.boss(), "", text).OK()) }
		}
		return func() { h.note("WeCom %s: %v", text, w.wecom.SendText(ctx, wecomID(h.boss()), "", text).OK()) }
	}
	return func() { // somebody who must not
		r := w.sim.SendText(ctx, h.rep(), "", fmt.Sprintf("同意 %d", h.no))
		h.note("the requester approves: %v", r.OK())
	}
}

// choosable leaves out a reason that the card does not offer.
func (h *history) choosable(form map[string]any) map[string]any {
	for _, in := range h.onWecom.Inputs {
		if v, has := form[in.Name]; has && offered(in, v) {
			return map[string]any{in.Name: v}
		}
	}
	return nil
}

func (h *history) wecomClick(button string, r wecomsim.ClickResult) {
	h.note("WeCom click %s: %d %s", button, r.HTTPStatus, r.Blocked)
	if r.Done() {
		h.mu.Lock()
		h.presses++
		h.mu.Unlock()
	}
}

// check compares what came of it with the one thing that may have happened.
func (h *history) check() (decided bool) {
	h.w.t.Helper()
	wrong := func(format string, args ...any) {
		h.w.t.Helper()
		h.w.t.Errorf("%s (审批 #%d): %s\n%s\n— requester:\n%s— approver on Feishu:\n%s— on WeCom:\n%s", h.company, h.no, fmt.Sprintf(format, args...), strings.Join(h.log, "\n"),
			about(h.company, h.w.sim.Messages(h.rep())), about(h.company, h.w.sim.Messages(h.boss())), about(h.company, h.wecomMessages()))
	}
	a, _ := h.approval()
	decisions := 0
	for _, s := range a.Steps {
		for _, task := range s.Tasks {
			if task.Decision != "" {
				decisions++
			}
		}
	}
	decided = a.Status != sales.ApprovalPending
	told := 0
	for _, m := range h.w.sim.Messages(h.rep()) {
		if feishusim.FromBot(h.company)(m) && (strings.Contains(m.Text, "已通过") || strings.Contains(m.Text, "被拒绝") || strings.Contains(m.Text, "已拒绝") || strings.Contains(m.Text, "退回")) {
			told++
		}
	}
	switch {
	case decided && decisions != 1, !decided && decisions != 0:
		wrong("%d decisions, status %s", decisions, a.Status)
	case decided && told != 1, !decided && told != 0:
		wrong("the requester was told %d times, status %s", told, a.Status)
	case h.silent > 0:
		wrong("%d clicks on Feishu were answered with nothing", h.silent)
	}
	h.checkCards(decided, wrong)
	return decided
}

// checkCards: every copy tells the truth, and who clicked was answered.
func (h *history) checkCards(decided bool, wrong func(string, ...any)) {
	h.w.t.Helper()
	lark, _ := h.w.sim.Message(h.onLark.ID)
	wecom, _ := h.w.wecom.Message(h.onWecom.ID)
	boss := fmt.Sprintf("主管%d", h.pair)
	if decided {
		if len(lark.Buttons) > 0 || !strings.Contains(lark.Text, boss) {
			wrong("the card on Feishu is not closed:\n%s", lark.Text)
		}
		if len(wecom.Buttons) > 0 || !strings.Contains(wecom.Text, boss) {
			wrong("the card on WeCom is not closed:\n%s", wecom.Text)
		}
	} else if len(lark.Buttons) == 0 || len(wecom.Buttons) == 0 {
		wrong("a copy is closed though nothing was decided:\n%s\n%s", lark.Text, wecom.Text)
	}
	answers := len(h.w.wecom.Messages(wecomID(h.boss()))) - h.told + wecom.Updates
	if h.presses > 0 && answers == 0 {
		wrong("%d clicks on WeCom were answered with nothing", h.presses)
	}
}

func (h *history) wecomMessages() []feishusim.Message {
	return wecomPhone{h.w.wecom}.messages(h.boss())
}

// about is what a chat says of a company.
func about(company string, all []feishusim.Message) string {
	var b strings.Builder
	for _, m := range all {
		if strings.Contains(m.Text, company) {
			b.WriteString("  [" + m.SenderID + "] " + strings.ReplaceAll(m.Text, "\n", "\n    ") + "\n")
		}
	}
	return b.String()
}
