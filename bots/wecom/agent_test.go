package wecom_test

import (
	"errors"
	"strings"
	"testing"

	"genjin/bots"
	"genjin/bots/wecom"
	"genjin/playground/wecomsim"
)

// TestAgent: the app's own entry, and what the platform says when the secret
// belongs to another app.
func TestAgent(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", 42) + "A"
	for _, narrow := range []bool{false, true} {
		sim := wecomsim.New(wecomsim.Options{CorpID: "ww1", AgentID: 1000002, Secret: "secret", Token: "token", AESKey: key, NotRoot: narrow, Domain: "hub.example.com"})
		base, stop := sim.Start()
		t.Cleanup(stop)
		agent := func(id int) (wecom.Agent, error) {
			b, err := wecom.New(wecom.Options{CorpID: "ww1", AgentID: id, Secret: "secret", Token: "token", AESKey: key, APIBase: base})
			if err != nil {
				t.Fatal(err)
			}
			return b.Agent(t.Context())
		}
		if a, err := agent(1000002); err != nil || a.Root == narrow || a.Off || a.Domain != "hub.example.com" {
			t.Errorf("%+v %v", a, err)
		}
		_, err := agent(1000003)
		if e, ok := errors.AsType[*bots.SendError](err); !ok || e.Code != bots.CodeConfig || !strings.Contains(e.Platform, "301002") {
			t.Errorf("another app: %v", err)
		}
	}
}
