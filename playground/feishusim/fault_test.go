package feishusim

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestStatusFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	const im = "/open-apis/im"
	for _, c := range []struct {
		fault  Fault
		status int
		code   any
		reset  string
	}{
		{Fault{Kind: FaultHTTP500, Path: im}, 500, 2200.0, ""},
		{Fault{Kind: FaultHTML502, Path: im}, 502, nil, ""},
		{Fault{Kind: FaultHTTP504, Path: im}, 504, nil, ""},
		{Fault{Kind: FaultRateLimit, Path: im, Delay: 7 * time.Second}, 429, 99991400.0, "7"},
		{Fault{Kind: FaultRateLimitBare, Path: im}, 429, 99991400.0, ""},
		{Fault{Kind: FaultRateLimitOld, Path: im}, 400, 99991400.0, ""},
		{Fault{Kind: FaultRefuseCards}, 400, 230099.0, ""},
	} {
		w.SetFault(c.fault)
		got := w.send("open_id", "ou_li", "interactive", closedCard, "")
		if got["status"] != c.status || got["code"] != c.code || got["reset"] != c.reset {
			t.Errorf("%+v gives %v", c.fault, got)
		}
		w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 0, 200) // elsewhere all is well
		w.ClearFaults()
	}
	if len(w.Messages("ou_li")) != 0 {
		t.Error("a refused message stands")
	}
}

func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const send = "/open-apis/im/v1/messages?receive_id_type=open_id"
	raw := []byte(`{"receive_id":"ou_li","msg_type":"text","uuid":"u1","content":"{\"text\":\"a\"}"}`)
	w.SetFault(Fault{Kind: FaultDown, Times: 1})
	if w.reaches("POST", send, raw) {
		t.Error("a platform that is down answered")
	}
	if len(w.Messages("ou_li")) != 0 {
		t.Error("a platform that is down accepted")
	}
	w.SetFault(Fault{Kind: FaultResetAfterAccept, Path: "/open-apis/im", Times: 1})
	if w.reaches("POST", send, raw) {
		t.Error("the answer was not lost")
	}
	if len(w.Messages("ou_li")) != 1 {
		t.Error("the message was not accepted before the cut")
	}
	w.wantCode(w.send("open_id", "ou_li", "text", text("a"), "u1"), 0, 200)
	if len(w.Messages("ou_li")) != 1 {
		t.Error("the second try with the same uuid is seen twice")
	}
	w.SetFault(Fault{Kind: FaultSlow, Delay: 50 * time.Millisecond, Times: 1})
	start := time.Now()
	w.call("GET", "/open-apis/bot/v3/info", nil)
	if time.Since(start) < 50*time.Millisecond {
		t.Error("slow was fast")
	}
	w.SetFault(Fault{Kind: FaultTrickle, Delay: time.Millisecond, Times: 1})
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 0, 200)
}

func TestBlackHole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetFault(Fault{Kind: FaultBlackHole})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.reaches("GET", "/open-apis/bot/v3/info", nil)
	}()
	select {
	case <-done:
		t.Error("a black hole answered")
	case <-ctx.Done():
	}
	w.Close() // lets it go
	<-done
}

func TestFaultShareAndList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.NoLimits = true })
	w.SetFault(Fault{Kind: FaultHTTP500, Share: 50})
	w.SetFault(Fault{Kind: FaultHTTP500, Share: 50}) // replaces
	if n := len(w.Faults()); n != 1 {
		t.Errorf("%d faults are on", n)
	}
	bad := 0
	for range 200 {
		if got := w.call("GET", "/open-apis/bot/v3/info", nil); got["status"] == 500 {
			bad++
		}
	}
	if bad < 40 || bad > 160 {
		t.Errorf("half of 200 was %d", bad)
	}
	w.ClearFault(FaultHTTP500, "")
	w.wantCode(w.call("GET", "/open-apis/bot/v3/info", nil), 0, 200)
	log := w.Log()
	if last := log[len(log)-1]; !strings.HasPrefix(last.API, "GET /open-apis/bot") || last.Status != 200 {
		t.Errorf("the last call is logged as %+v", last)
	}
}
