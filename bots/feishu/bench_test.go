package feishu_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	"github.com/larksuite/oapi-sdk-go/v3/core/httpserverext"
	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"genjin/bots"
	"genjin/playground/feishusim"
)

// BenchmarkDecode compares our way in, from the request to the answer, with the
// SDK's own dispatcher on the same event, in turns so that a noisy machine is as
// hard on one as on the other. It reports the ratio of their times.
func BenchmarkDecode(b *testing.B) {
	h := newFeishu(b)
	content := `{"text":"` + strings.Repeat("线索 公司=华东智造 联系人=张伟 ", 8) + `"}`
	body, header := h.sim.Sealed(h.sim.Envelope(message("om_1", "p2p", "text", content), "im.message.receive_v1", feishusim.Header{EventID: "ev_1"}))
	header.Set("Content-Type", "application/json")
	d := dispatcher.NewEventDispatcher(verifToken, encryptKey).OnP2MessageReceiveV1(func(context.Context, *larkim.P2MessageReceiveV1) error { return nil })
	d.InitConfig(larkevent.WithLogLevel(larkcore.LogLevelError))
	peer := httpserverext.NewEventHandlerFunc(d)
	ours := func(w http.ResponseWriter, r *http.Request) {
		in, err := h.bot.Decode(r)
		if err != nil {
			b.Error(err)
			return
		}
		a := h.bot.Answer(in.Events[0], bots.Answer{})
		w.Header().Set("Content-Type", a.Type)
		w.WriteHeader(a.Status)
		_, _ = w.Write(a.Body)
	}
	// The requests and recorders are made before the clock runs: they are ours
	// and the SDK's alike, and would only hide the difference.
	const batch = 50
	run := func(f http.HandlerFunc) time.Duration {
		var (
			requests [batch]*http.Request
			answers  [batch]*httptest.ResponseRecorder
		)
		for i := range batch {
			requests[i], answers[i] = httptest.NewRequest(http.MethodPost, "/webhooks/feishu", bytes.NewReader(body)), httptest.NewRecorder()
			requests[i].Header = header
		}
		began := time.Now()
		for i := range batch {
			f(answers[i], requests[i])
		}
		took := time.Since(began)
		for _, w := range answers {
			if w.Code != http.StatusOK {
				b.Fatalf("status %d %s", w.Code, w.Body)
			}
		}
		return took
	}
	run(peer)
	var mine, theirs time.Duration
	for b.Loop() {
		mine += run(ours)
		theirs += run(peer)
	}
	b.ReportMetric(float64(mine.Nanoseconds())/float64(b.N*batch), "ours-ns/event")
	b.ReportMetric(float64(theirs.Nanoseconds())/float64(b.N*batch), "sdk-ns/event")
	b.ReportMetric(float64(theirs)/float64(mine), "times-faster")
	b.ReportMetric(0, "ns/op")
}
