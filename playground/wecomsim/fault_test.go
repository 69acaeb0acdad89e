package wecomsim

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw is a call that may end in anything.
func (p *platform) raw(ctx context.Context, path string) (*http.Response, error) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+path+"?access_token="+p.token,
		bytes.NewReader([]byte(`{"touser":"LiLei","agentid":7,"msgtype":"text","text":{"content":"x"}}`)))
	if err != nil {
		p.t.Fatal(err)
	}
	return testClient.Do(req)
}

func TestFaultsWithCodes(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	for kind, code := range map[FaultKind]int{
		FaultRateLimit: 45009, FaultConcurrency: 45033, FaultBusy: -1, FaultNoRight: 48002, FaultBadIP: 60020,
	} {
		p.SetFault(Fault{Kind: kind, Path: "/cgi-bin/message/send", Times: 1})
		p.want(p.text("LiLei", "x"), code)
	}
	if got := p.Log(); got[len(got)-1].Code == 0 {
		t.Error("the journal does not know of the fault")
	}
	p.SetFault(Fault{Kind: FaultWrongJSON, Times: 1})
	p.wantWarning(p.text("LiLei", "x"))
	p.SetFault(Fault{Kind: FaultRefuseCards, Times: 1})
	p.want(p.card("LiLei", approval("t1")), 42045)
	if len(p.Messages("LiLei")) != 0 || len(p.Faults()) != 0 {
		t.Errorf("%d messages and %v", len(p.Messages("LiLei")), p.Faults())
	}
	p.want(p.card("LiLei", approval("t1")), 0)
}

func TestFaultsWithStatus(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	const path = "/cgi-bin/message/send"
	for kind, want := range map[FaultKind]int{FaultHTTP500: 500, FaultHTML502: 502, FaultHTTP504: 504} {
		p.SetFault(Fault{Kind: kind, Times: 1})
		resp, err := p.raw(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want || (kind == FaultHTML502) != strings.Contains(resp.Header.Get("Content-Type"), "html") && kind != FaultHTTP504 {
			t.Errorf("%v: %v %v", kind, resp.Status, resp.Header)
		}
	}
	if len(p.Messages("LiLei")) != 0 {
		t.Error("a fault lets the call through")
	}
}

func TestFaultsThatCut(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	const path = "/cgi-bin/message/send"
	p.SetFault(Fault{Kind: FaultDown})
	if resp, err := p.raw(t.Context(), path); err == nil {
		_ = resp.Body.Close()
		t.Error("it is not down")
	}
	p.ClearFaults()
	p.SetFault(Fault{Kind: FaultResetAfterAccept, Path: path, Times: 1})
	if resp, err := p.raw(t.Context(), path); err == nil {
		_ = resp.Body.Close()
		t.Error("the answer came")
	}
	if n := len(p.Messages("LiLei")); n != 1 {
		t.Errorf("%d messages, want the one that was taken", n)
	}
	p.SetFault(Fault{Kind: FaultBlackHole})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if resp, err := p.raw(ctx, path); err == nil {
		_ = resp.Body.Close()
		t.Error("the hole answers")
	}
	p.ClearFault(FaultBlackHole, "")
	p.SetFault(Fault{Kind: FaultSlow, Delay: 30 * time.Millisecond, Times: 1})
	began := time.Now()
	p.want(p.text("LiLei", "x"), 0)
	if time.Since(began) < 30*time.Millisecond {
		t.Error("it is not slow")
	}
	p.SetFault(Fault{Kind: FaultTrickle, Delay: time.Millisecond, Times: 1})
	p.want(p.text("LiLei", "x"), 0)
}
