package jobs

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
)

// storms is how many are gone through.
const storms = 12

// storm is a world in which requests are made and decided while the platforms
// fail in every way they can and the hub is killed in mid-send.
type storm struct {
	*world

	rand  *rand.Rand
	picky *picky

	mu       sync.Mutex
	weather  string          // of the strict platform
	screens  map[string]bool // cards that can be seen
	requests []sales.Approval
	groups   []string
	did      []string
}

func newStorm(t *testing.T, seed uint64) *storm {
	t.Helper()
	w, p := pickyWorld(t)
	s := &storm{world: w, picky: p, rand: rand.New(rand.NewPCG(seed, 1)), screens: map[string]bool{}}
	w.wecom.fail = s.blow
	p.lost = func(m bots.Message) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.screens[m.Key] = true
		if s.weather == "killed after" {
			panic("killed in mid-send")
		}
		return s.weather == "answers lost"
	}
	return s
}

// blow is what the strict platform answers before it takes anything.
func (s *storm) blow(m bots.Message, update bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.weather {
	case "killed before":
		panic("killed in mid-send")
	case "down":
		return fault(bots.CodeUnavailable, true, 0)
	case "busy":
		return fault(bots.CodeLimited, true, time.Second)
	case "gone":
		return fault(bots.CodeNoReach, false, 0)
	case "no cards":
		if m.Card != nil && !update {
			return fault(bots.CodeRefused, false, 0)
		}
	case "stale":
		if update {
			return fault(bots.CodeStale, false, 0)
		}
	}
	return nil
}

func (s *storm) turn(weather string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weather = weather
}

// step does one thing at random.
func (s *storm) step() {
	weathers := []string{"fine", "fine", "answers lost", "killed before", "killed after", "down", "busy", "gone", "no cards", "stale"}
	switch what := s.rand.IntN(10); {
	case what < 2:
		weather := weathers[s.rand.IntN(len(weathers))]
		s.did = append(s.did, weather)
		s.turn(weather)
	case what < 4 && len(s.requests) < 5:
		s.did = append(s.did, "ask")
		s.requests = append(s.requests, s.approval(int64(1287+len(s.requests)), "zhao"))
	case what < 6 && len(s.requests) > 0:
		s.change(s.rand.IntN(len(s.requests)), s.rand.IntN(3) == 0)
	case what == 6:
		s.did = append(s.did, "group")
		s.groups = append(s.groups, s.post(toGroup(), bots.Message{Text: fmt.Sprintf("日报 %d", len(s.groups))}))
	case what == 7:
		s.click()
	case what == 8:
		s.did = append(s.did, "restart")
		s.engine = s.hire(func(o *Options) { o.Bots[1] = s.picky })
	default:
		s.did = append(s.did, "work")
		s.work()
		s.pass(time.Duration(1+s.rand.IntN(8)) * time.Second)
	}
}

// change gives a request that waits another version, or decides it.
func (s *storm) change(i int, decide bool) {
	a := &s.requests[i]
	if a.Status != sales.ApprovalPending {
		return
	}
	a.Version++
	s.did = append(s.did, fmt.Sprintf("change %d %v", a.Number, decide))
	effects := []sales.EffectKind{sales.EffectApprovalChanged, sales.EffectApprovalAsked}
	if decide {
		a.Status = sales.ApprovalApproved
		task := &a.Steps[0].Tasks[0]
		task.Decision, task.By, task.At = sales.ActApprove, "zhao", s.clock()
	}
	*a = s.save(*a, effects...)
}

// click brings a code for any card that can be seen, as a refused click does.
func (s *storm) click() {
	s.mu.Lock()
	ids := make([]string, 0, len(s.screens))
	for id := range s.screens {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	id := ids[s.rand.IntN(len(ids))]
	s.did = append(s.did, "click")
	s.picky.mu.Lock()
	code := s.picky.code()
	s.picky.mu.Unlock()
	s.learn(id, id+" "+code)
}

// calm lets everything come to its end.
func (s *storm) calm() {
	s.turn("fine")
	for range 12 {
		s.work()
		s.pass(30 * time.Second)
	}
	s.work()
}

func TestNothingIsLostOrSaidTwiceInAStorm(t *testing.T) {
	t.Parallel()
	for seed := range uint64(storms) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			s := newStorm(t, seed)
			for range 60 {
				s.step()
			}
			s.calm()
			s.check()
			if t.Failed() {
				t.Logf("what was done: %s", strings.Join(s.did, ", "))
			}
		})
	}
}

func (s *storm) check() {
	s.t.Helper()
	far := s.clock()
	s.pass(100 * time.Hour)
	due, err := s.store.DueJobs(s.t.Context(), 100, "", 0)
	if err != nil || len(due) > 0 {
		s.t.Errorf("%d jobs are still open (%v): %+v", len(due), err, due)
	}
	s.world.mu.Lock()
	s.now = far
	s.world.mu.Unlock()
	heard := map[string]int{}
	for _, text := range s.wecom.to("robot:east") {
		heard[text]++
	}
	for i, id := range s.groups {
		n, state := heard[fmt.Sprintf("日报 %d", i)], s.message(id).State
		if n > 1 || (state == store.MessageSent && n == 0) || (state == store.MessageFailed && n > 0) || state == store.MessagePending {
			s.t.Errorf("日报 %d is %s and was heard %d times", i, state, n)
		}
	}
	for _, a := range s.requests {
		s.checkRequest(a)
	}
}

// checkRequest: while a request waits its approver has one card per platform at
// most and can see one at least; once it is decided no card says that it waits.
func (s *storm) checkRequest(a sales.Approval) {
	s.t.Helper()
	open := s.cards(cardApproval, a.Number)
	if a.Status != sales.ApprovalPending {
		if len(open) > 0 {
			s.t.Errorf("#%d is decided, and open are %+v", a.Number, open)
		}
		return
	}
	perBot, visible := map[string]int{}, 0
	for _, c := range open {
		perBot[c.Bot]++
		if s.message(c.MessageID).State == store.MessageSent && c.Revision == a.Version {
			visible++
		}
	}
	if visible == 0 || perBot["feishu"] > 1 || perBot["wecom"] > 1 {
		s.t.Errorf("#%d waits, and open are %+v", a.Number, open)
	}
}
