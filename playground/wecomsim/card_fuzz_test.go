package wecomsim

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzCards wants every card that is taken to be one that people can read and
// press, and none to break the platform.
func FuzzCards(f *testing.F) {
	for _, seed := range []string{approval("t1"), closed, cardWith("vote_interaction", ""), cardWith("multiple_interaction", ""), `{"card_type":"poem"}`, `[]`, `{"button_list":[null]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		s := New(Options{CallbackURL: "http://127.0.0.1:1"})
		defer s.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		m := &message{sender: senderIsBot}
		sh, rep, ok := s.cardLocked(m, json.RawMessage(raw), appRoad, &call{now: time.Unix(0, 0)})
		if !ok {
			if !rep.failed() && !rep.warn {
				t.Errorf("refused without a word: %q", raw)
			}
			return
		}
		v := s.viewLocked(m)
		if v.CardType == "" || v.Text == "" || (sh.callback() && !sh.menu && len(v.Buttons) == 0) {
			t.Errorf("%q was taken and reads %+v", raw, v)
		}
		for _, b := range v.Buttons {
			if _, found := sh.find(b.Ref); !found {
				t.Errorf("%+v cannot be pressed", b)
			}
		}
	})
}
