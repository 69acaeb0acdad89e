package wecomsim

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTextToTheApp(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	res := w.SendText(inTime(t), "lilei", "", "推进 ]]> 1287")
	if !res.OK() || res.MessageID == "" || res.ChatID != "LiLei" {
		t.Fatalf("%+v", res)
	}
	got := w.hub.last()
	e := got.event
	if got.bot || got.receiver != "ww1" || e.ToUserName != "ww1" || e.FromUserName != "LiLei" || e.MsgType != "text" ||
		e.Content != "推进 ]]> 1287" || e.MsgID != res.MessageID || e.AgentID != "1000002" || e.CreateTime != w.clock.Now().Unix() {
		t.Errorf("told %s for %q", got.plain, got.receiver)
	}
	k, _ := w.sealer(inletApp)
	if _, err := k.open(got.query.Get("msg_signature"), got.query.Get("timestamp"), got.query.Get("nonce"), got.cipher); err != nil {
		t.Errorf("the callback is not rightly signed: %v", err)
	}
	if m, ok := w.Message(res.MessageID); !ok || m.Text != "推进 ]]> 1287" || m.ChatID != "LiLei" || m.SenderID != "LiLei" {
		t.Errorf("the chat shows %+v", m)
	}
}

func TestWhatTheAppIsTold(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := inTime(t)
	w.SendImage(ctx, "LiLei", "", []byte("png"))
	image := w.hub.last().event
	if status, body, _ := w.get(image.PicURL); image.MsgType != "image" || image.MediaID == "" || status != http.StatusOK || string(body) != "png" {
		t.Errorf("image: %+v, its picture %d %q", image, status, body)
	}
	w.mu.Lock()
	kept := w.blobs[image.MediaID]
	w.mu.Unlock()
	if kept == nil || string(kept.data) != "png" {
		t.Errorf("the media_id leads to %+v", kept)
	}
	w.SendVoice(ctx, "LiLei", "", "喂")
	w.SendLocation(ctx, "LiLei", "人民广场")
	w.SendLink(ctx, "LiLei", "官网", "https://example.com")
	w.Enter(ctx, "LiLei")
	w.Menu(ctx, "LiLei", "todo")
	w.UpdateUser(ctx, "LiLei")
	w.DeleteUser(ctx, "lilei")
	all := w.hub.all()
	for i, want := range []string{"image", "voice", "location", "link", "enter_agent", "click", "update_user", "delete_user"} {
		e := all[i].event
		if e.MsgType != want && e.Event != want && e.ChangeType != want {
			t.Errorf("callback %d is %s, want %s", i, all[i].plain, want)
		}
		if e.MsgType == "event" && e.MsgID != "" {
			t.Errorf("an event has a MsgId: %s", all[i].plain)
		}
	}
	if e := w.hub.last().event; e.FromUserName != "sys" || e.UserID != "LiLei" || strings.Contains(w.hub.last().plain, "AgentID") {
		t.Errorf("delete_user: %s", w.hub.last().plain)
	}
	if res := w.SendText(ctx, "LiLei", "", "still here"); res.Err == nil || !res.Dropped {
		t.Errorf("who has left writes: %+v", res)
	}
}

func TestWhoCannotSeeTheApp(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.AddUser(User{UserID: "Guest", NoReach: true})
	if res := w.SendText(inTime(t), "Guest", "", "a"); res.Err == nil || !res.Dropped || len(w.Messages("Guest")) != 0 {
		t.Errorf("who does not see the app writes to it: %+v", res)
	}
	if res := w.SendText(inTime(t), "Guest", WithBot, "a"); !res.OK() {
		t.Errorf("the bot does not need the app: %+v", res)
	}
}

func TestFilesToTheApp(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	if res := w.SendFile(inTime(t), "LiLei", "", "合同.pdf", []byte("%PDF")); !res.Dropped || res.Err != nil || len(w.hub.all()) != 0 {
		t.Errorf("the app is told of a document: %+v", res)
	}
	if all := w.Messages("LiLei"); len(all) != 1 || all[0].FileName != "合同.pdf" {
		t.Errorf("the chat shows %+v", all)
	}
	w = newStage(t, func(o *Options) { o.FileMessages = true })
	res := w.SendFile(inTime(t), "LiLei", "", "合同.pdf", []byte("%PDF"))
	if e := w.hub.last().event; !res.OK() || e.MsgType != "file" || e.FileName != "合同.pdf" || e.MediaID == "" {
		t.Errorf("file message: %+v %+v", res, e)
	}
}

func TestRetriesSayTheSame(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.hub.answers(func(told, int) (int, string) { return http.StatusServiceUnavailable, "later" })
	w.clock.Advance(time.Second)
	if res := w.SendText(inTime(t), "LiLei", "", "a"); res.Status != 503 || res.OK() {
		t.Errorf("first outcome is %+v", res)
	}
	for deadline := inTime(t); len(w.hub.all()) < 4; {
		select {
		case <-deadline.Done():
			t.Fatalf("%d pushes", len(w.hub.all()))
		case <-time.After(2 * time.Millisecond):
		}
	}
	time.Sleep(60 * time.Millisecond) // a fourth retry would come after 10 ms
	all := w.hub.all()
	if len(all) != 4 {
		t.Errorf("%d pushes, want one and three retries", len(all))
	}
	ciphers := map[string]bool{}
	for _, e := range all {
		ciphers[e.cipher] = true
		if e.plain != all[0].plain {
			t.Errorf("a retry says %s after %s", e.plain, all[0].plain)
		}
	}
	if len(ciphers) != len(all) {
		t.Errorf("%d ciphertexts of %d pushes", len(ciphers), len(all))
	}
	w.hub.answers(nil)
	w.hub.answers(func(_ told, n int) (int, string) { return http.StatusFound, "" })
	if res := w.SendText(inTime(t), "LiLei", "", "b", NoRetry()); res.Status != http.StatusFound {
		t.Errorf("a redirect is %+v", res)
	}
	time.Sleep(30 * time.Millisecond)
	if n := len(w.hub.all()) - len(all); n != 1 {
		t.Errorf("pushed %d times in spite of NoRetry", n)
	}
}

func TestRetriesFollowTheClock(t *testing.T) {
	t.Parallel()
	w := newStage(t, func(o *Options) { o.RetryDelays = []time.Duration{time.Hour} })
	again := make(chan struct{})
	w.hub.answers(func(_ told, n int) (int, string) {
		if n == 2 {
			close(again)
		}
		return map[int]int{1: 500, 2: 200}[n], ""
	})
	w.SendText(inTime(t), "LiLei", "", "a")
	w.clock.Advance(2 * time.Hour)
	for deadline := inTime(t); ; { // the retry may not have begun to wait yet
		w.ClockMoved()
		select {
		case <-again:
			return
		case <-deadline.Done():
			t.Fatal("no retry after the jump")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestLateAnswersAreNoAnswers(t *testing.T) {
	t.Parallel()
	w := newStage(t, func(o *Options) { o.RetryDelays = []time.Duration{} })
	late := make(chan struct{})
	t.Cleanup(func() { close(late) })
	w.hub.answers(func(told, int) (int, string) {
		<-late
		return http.StatusOK, ""
	})
	start := time.Now()
	if res := w.SendText(t.Context(), "LiLei", "", "a"); res.Err == nil || res.OK() {
		t.Errorf("a hub that never answers: %+v", res)
	}
	if took := time.Since(start); took < 4*time.Second || took > 8*time.Second {
		t.Errorf("the platform waited %s", took)
	}
	start = time.Now()
	if err := w.CheckURL(t.Context()); err == nil {
		t.Error("the URL is fine though its answer is late")
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("the URL check waited %s", took)
	}
}

func TestPushFaults(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.SetFault(Fault{Kind: FaultDropEvents, Times: 1})
	if res := w.SendText(inTime(t), "LiLei", "", "lost"); !res.Dropped || len(w.hub.all()) != 0 {
		t.Errorf("dropped: %+v", res)
	}
	w.SetFault(Fault{Kind: FaultDuplicatePush, Times: 1})
	if res := w.SendText(inTime(t), "LiLei", "", "twice"); res.Again != http.StatusOK {
		t.Errorf("duplicate: %+v", res)
	}
	all := w.hub.all()
	if len(all) != 2 || all[0].plain != all[1].plain || all[0].cipher == all[1].cipher {
		t.Errorf("duplicates: %+v", all)
	}
	w.SetFault(Fault{Kind: FaultReorder, Delay: time.Minute})
	first, second := w.SendText(inTime(t), "LiLei", "", "1"), w.SendText(inTime(t), "LiLei", "", "2")
	all = w.hub.all()
	if !first.Held || !second.OK() || len(all) != 4 || all[2].event.Content != "2" || all[3].event.Content != "1" {
		t.Errorf("reordered: %+v %+v %+v", first, second, all)
	}
	w.SetFault(Fault{Kind: FaultReorder, Delay: 20 * time.Millisecond, Times: 1})
	w.SendText(inTime(t), "LiLei", "", "alone")
	for deadline := inTime(t); len(w.hub.all()) < 5; {
		select {
		case <-deadline.Done():
			t.Fatal("what nobody overtakes never comes")
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func TestURLChecks(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	if err := w.CheckURL(inTime(t)); err != nil {
		t.Error(err)
	}
	if err := w.CheckBotURL(inTime(t)); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		status     int
		head, tail string
	}{{200, "", "\n"}, {200, `"`, `"`}, {200, "\ufeff", ""}, {201, "", ""}, {200, "x", ""}} {
		w.hub.answers(func(e told, _ int) (int, string) { return c.status, c.head + e.plain + c.tail })
		if err := w.CheckURL(inTime(t)); err == nil {
			t.Errorf("%d %q…%q passes", c.status, c.head, c.tail)
		}
	}
	w.SetCallbackURL("")
	if err := w.CheckURL(inTime(t)); err == nil {
		t.Error("no URL passes")
	}
}

func TestAKnownMessageComesAgain(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.SendText(inTime(t), "LiLei", "", "a", WithMessageID("7"), CreatedAt(time.Unix(1000, 0)))
	w.clock.Advance(time.Minute)
	w.SendText(inTime(t), "LiLei", "", "other words", WithMessageID("7"))
	all := w.hub.all()
	if all[0].plain != all[1].plain || all[0].event.MsgID != "7" || all[0].event.CreateTime != 1000 || len(w.Messages("LiLei")) != 1 {
		t.Errorf("%s then %s", all[0].plain, all[1].plain)
	}
}

func TestBentCallbacks(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	plain := xmlDoc(words("ToUserName", "ww1"), words("FromUserName", "sys"), words("MsgType", "event"), words("Event", "odd"))
	if res := w.PushXML(inTime(t), plain); !res.OK() || w.hub.last().event.Event != "odd" {
		t.Errorf("%+v %s", res, w.hub.last().plain)
	}
	query, body := w.Seal(plain)
	query.Set("msg_signature", "00")
	if status, _ := w.PushRaw(inTime(t), "", query, body); status != http.StatusOK || w.hub.last().query.Get("msg_signature") != "00" || w.hub.last().plain != string(plain) {
		t.Errorf("raw push: %d %+v", status, w.hub.last())
	}
	query, body = w.SealBot([]byte(`{"msgid":"M1"}`))
	if status, _ := w.PushRaw(inTime(t), WithBot, query, body); status != http.StatusOK || at(w.hub.last().json, "msgid") != "M1" || w.hub.last().receiver != "" {
		t.Errorf("raw push to the bot: %d %+v", status, w.hub.last())
	}
	if res := w.PushJSON(inTime(t), []byte(`{"msgid":"M2"}`)); !res.OK() || at(w.hub.last().json, "msgid") != "M2" {
		t.Errorf("%+v", res)
	}
}

func TestPassiveText(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	good := `<xml><ToUserName>LiLei</ToUserName><FromUserName>ww1</FromUserName><MsgType>text</MsgType><Content>收到</Content></xml>`
	w.hub.answers(func(told, int) (int, string) { return 200, w.reply(inletApp, good) })
	if res := w.SendText(inTime(t), "LiLei", "", "a"); !res.OK() {
		t.Errorf("a reply in words: %+v", res)
	}
	if _, err := w.WaitMessage(inTime(t), "LiLei", FromBot("收到")); err != nil {
		t.Error(err)
	}
	bent := strings.Replace(w.reply(inletApp, good), "<MsgSignature><![CDATA[", "<MsgSignature><![CDATA[0", 1)
	for _, body := range []string{"success", "{}", bent, w.reply(inletApp, strings.Replace(good, "ww1", "ww2", 1)), w.reply(inletApp, "<xml/>")} {
		w.hub.answers(func(told, int) (int, string) { return 200, body })
		before := len(w.Messages("LiLei"))
		if res := w.SendText(inTime(t), "LiLei", "", "b"); res.OK() || res.Err == nil || len(w.Messages("LiLei")) != before+1 {
			t.Errorf("the answer %.60q is taken: %+v", body, res)
		}
	}
	n := len(w.hub.all())
	time.Sleep(40 * time.Millisecond)
	if len(w.hub.all()) != n {
		t.Error("HTTP 200 with a bad reply is pushed again")
	}
}
