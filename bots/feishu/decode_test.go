package feishu_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/bots/feishu"
	"genjin/playground/feishusim"
)

// TestVectors are those of the platform's documentation, and one made by hand
// and checked with the SDK's functions.
func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := feishu.New(feishu.Options{AppID: "cli", AppSecret: "s", EncryptKey: "test key", VerificationToken: "v-token", Now: func() time.Time { return time.Unix(1700000000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	body := `{"encrypt":"MDEyMzQ1Njc4OWFiY2RlZtWk+9FBVdzQ4TLkjfEv5NOLlzViGk4gi/gsOhMmdXMDEz/PmhF1UpeZqJLuQYKg36ipvcVWDMGsAHDEi3odLzzNhDiz+oP9UUsLV2iWzcvF"}`
	for _, header := range []http.Header{
		{"X-Lark-Request-Timestamp": {"1700000000"}, "X-Lark-Request-Nonce": {"nonce123"}, "X-Lark-Signature": {"c6a175618795e9287165e7ff60152f8bee6a675f87644b030c18bfc0345c986e"}},
		{}, // a URL check need not be signed
	} {
		in, err := b.Decode(post([]byte(body), header))
		if err != nil || in.Response == nil || string(in.Response.Body) != `{"challenge":"ajls384kdjx98XX"}` {
			t.Errorf("%+v %v", in, err)
		}
	}
	if got, err := feishu.Decrypt("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="); err != nil || string(got) != "hello world" {
		t.Errorf("%q %v", got, err)
	}
	if !feishu.Signed("002a272a435d056759149cce18e88064ff320d38d91a09432445c344c4296949", "1700000000", "nonce-1", "test key", []byte(`{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}`)) { // FE-05
		t.Error("the documented signature is refused")
	}
}

// TestDecryptFailsAlike: whatever is wrong, the error is the same.
func TestDecryptFailsAlike(t *testing.T) {
	t.Parallel()
	_, want := feishu.Decrypt("test key", "")
	for _, sealed := range []string{"!", "QUJD", strings.Repeat("QUJD", 4), strings.Repeat("QUJD", 11), strings.Repeat("QUJD", 16), "P37w+VZImNgPEO1RBhJ6Rg==", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghg="} {
		if got, err := feishu.Decrypt("test key", sealed); err == nil || !errors.Is(err, want) {
			t.Errorf("%q: %q %v", sealed, got, err)
		}
	}
	if _, err := feishu.Decrypt("another key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="); !errors.Is(err, want) {
		t.Errorf("another key: %v", err)
	}
}

func refusal(t *testing.T, h *harness, r *http.Request) string {
	t.Helper()
	in, err := h.bot.Decode(r)
	var de *bots.DecodeError
	if !errors.As(err, &de) {
		t.Errorf("accepted: %+v %v", in, err)
		return ""
	}
	return fmt.Sprint(statusOf[de.Fault], " ", de.Reason)
}

// TestURLCheck is answered by its token alone, whatever its date or signature;
// nothing else is.
func TestURLCheck(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	b := bad{h: h}
	check := `{"challenge":"abc","token":"v-token","type":"url_verification"}`
	sealed, _ := h.sim.Sealed([]byte(check))
	old := stampOf(time.Now().Add(-30 * 24 * time.Hour))
	for name, r := range map[string]*http.Request{
		"plain": post([]byte(check), nil), "plain and signed": b.raw(check), "plain, wrongly signed": post([]byte(check), http.Header{"X-Lark-Signature": {"00"}}),
		"sealed": post(sealed, nil), "sealed and signed": b.at(stampOf(time.Now()), sealed), "sealed, old": b.at(old, sealed),
		"sealed, no date": b.at("", sealed), "sealed, wrongly signed": post(sealed, http.Header{"X-Lark-Signature": {strings.Repeat("0", 64)}}),
	} {
		in, err := h.bot.Decode(r)
		if err != nil || in.Response == nil || string(in.Response.Body) != `{"challenge":"abc"}` || !strings.HasPrefix(in.Response.Type, "application/json") {
			t.Errorf("%s: %+v %v", name, in, err)
		}
	}
	for name, text := range map[string]string{
		"wrong token": `{"challenge":"abc","token":"wrong","type":"url_verification"}`, "no token": `{"challenge":"abc","type":"url_verification"}`,
		"another type": `{"challenge":"abc","token":"v-token","type":"event_callback"}`,
		"token twice":  `{"challenge":"abc","token":"wrong","type":"url_verification","Token":"v-token"}`,
	} {
		sealed, _ := h.sim.Sealed([]byte(text))
		if got := refusal(t, h, post([]byte(text), nil)); got != "401 plaintext_not_allowed" && got != "400 json_duplicate" {
			t.Errorf("%s, plain: %s", name, got)
		}
		if got := refusal(t, h, post(sealed, nil)); got != "401 signature_missing" {
			t.Errorf("%s, sealed: %s", name, got)
		}
	}
}

// TestRefusals are those that the list of bad inputs does not name.
func TestRefusals(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	b := bad{h: h}
	event := func(change func(string) string) []byte {
		return []byte(change(string(b.plain(feishusim.Header{EventID: "e1"}))))
	}
	swap := func(old, with string) []byte {
		return event(func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("%s is not in %s", old, s)
			}
			return strings.Replace(s, old, with, 1)
		})
	}
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"token":             {b.sealed(b.plain(feishusim.Header{EventID: "e1", Token: "wrong"})), "401 token_invalid"},
		"empty token":       {b.sealed(swap(`"token":"v-token"`, `"token":""`)), "401 token_invalid"},
		"token of v1":       {b.sealed([]byte(`{"uuid":"u","token":"wrong","type":"event_callback","event":{"type":"approval_task"}}`)), "401 token_invalid"},
		"sealed check":      {b.sealed([]byte(`{"challenge":"x","token":"wrong","type":"url_verification"}`)), "401 token_invalid"},
		"future":            {b.sealedAt(stampOf(time.Now().Add(9 * time.Hour))), "401 timestamp_out_of_window"},
		"far future":        {b.sealedAt("9223372036854775807"), "401 timestamp_out_of_window"},
		"far past":          {b.sealedAt("-9223372036854775808"), "401 timestamp_out_of_window"},
		"no date":           {b.sealedAt(""), "401 timestamp_invalid"},
		"half a second":     {b.sealedAt("1700000000.5"), "401 timestamp_invalid"},
		"header twice":      {b.sealed(swap(`"header":`, `"header":{},"header":`)), "400 json_duplicate"},
		"id twice":          {b.sealed(swap(`"event_id":`, `"event_id":"other","event_id":`)), "400 json_duplicate"},
		"id in capitals":    {b.sealed(swap(`"event_id":`, `"Event_ID":"other","event_id":`)), "400 json_duplicate"},
		"id behind escapes": {b.sealed(swap(`"event_id":`, `"event_\u0069d":"other","event_id":`)), "400 json_duplicate"},
		"deep":              {b.sealed(swap(`"message":`, `"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`,"message":`)), "400 json_invalid"},
		"two documents":     {b.sealed(event(func(s string) string { return s + s })), "400 json_trailing"},
		"no JSON":           {b.sealed([]byte("hello")), "400 json_invalid"},
		"an array":          {b.sealed([]byte("[]")), "400 json_invalid"},
		"empty":             {b.sealed(nil), "400 json_invalid"},
		"long event id":     {b.sealed(b.plain(feishusim.Header{EventID: strings.Repeat("e", 201)})), "400 field_too_long"},
		"empty body":        {post(nil, nil), "400 json_invalid"},
		"a form":            {post([]byte("a=b"), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}), "415 content_type"},
	} {
		if got := refusal(t, h, c.r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for _, age := range []time.Duration{-7 * time.Hour, 7 * time.Hour} { // the platform pushes again for so long
		if _, err := h.bot.Decode(b.sealedAt(stampOf(time.Now().Add(age)))); err != nil {
			t.Errorf("%v old: %v", age, err)
		}
	}
}

// TestOverlongFieldsAreRecorded: what is rightly signed is not pushed again for
// hours because one field is longer than ids are.
func TestOverlongFieldsAreRecorded(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	b := bad{h: h}
	long := bytes.Replace(b.plain(feishusim.Header{EventID: "e1"}), []byte("om_1"), bytes.Repeat([]byte("m"), 201), 1)
	for name, r := range map[string]*http.Request{
		"message id": b.sealed(long),
		"tenant":     b.sealed(b.plain(feishusim.Header{EventID: "e1", TenantKey: strings.Repeat("t", 201)})),
	} {
		in, err := h.bot.Decode(r)
		if err != nil || len(in.Events) != 1 {
			t.Errorf("%s: %+v, %v", name, in, err)
			continue
		}
		if ev := in.Events[0]; ev.Key != "e:e1" || ev.Kind != bots.EventUnknown || ev.Type != "field_too_long" || ev.User != "" || ev.Tenant != "" {
			t.Errorf("%s: %+v", name, ev)
		}
	}
}

// TestOldCardShapeIsRecorded: its token changes the card and is not ours. Without
// a right signature it is refused as anything else is.
func TestOldCardShapeIsRecorded(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	b := bad{h: h}
	const old = `{"token":"c-x","open_id":"ou_li","open_message_id":"om","action":{"value":{"a":"approve"}}}`
	in, err := h.bot.Decode(b.sealed([]byte(old)))
	if err != nil || len(in.Events) != 1 || in.Events[0].Kind != bots.EventUnknown || in.Events[0].Type != "card.action.trigger_v1" || in.Events[0].User != "" {
		t.Errorf("%+v, %v", in, err)
	}
	if got := refusal(t, h, b.raw(old)); got != "401 plaintext_not_allowed" {
		t.Errorf("in clear: %s", got)
	}
	sealed, _ := h.sim.Sealed([]byte(old))
	if got := refusal(t, h, post(sealed, nil)); got != "401 signature_missing" {
		t.Errorf("unsigned: %s", got)
	}
}

// TestWebhookNeedsItsSecrets: without them anybody could seal an event.
func TestWebhookNeedsItsSecrets(t *testing.T) {
	t.Parallel()
	for _, o := range []feishu.Options{{EncryptKey: "k"}, {VerificationToken: "t"}, {}} {
		o.AppID, o.AppSecret = "cli", "s"
		b, err := feishu.New(o)
		if err != nil {
			t.Fatal(err)
		}
		sim := feishusim.New(feishusim.Options{AppID: "cli", EncryptKey: o.EncryptKey, VerificationToken: o.VerificationToken})
		t.Cleanup(sim.Close)
		body, header := sim.Sealed([]byte(`{"challenge":"abc","token":"` + o.VerificationToken + `","type":"url_verification"}`))
		if in, err := b.Decode(post(body, header)); err == nil {
			t.Errorf("%+v: answered %+v", o, in)
		}
	}
	if _, err := feishu.New(feishu.Options{AppID: "cli"}); err == nil {
		t.Error("a bot without a secret")
	}
}

// TestForeign: an event of another app or company is recorded as that and
// nothing else.
func TestForeign(t *testing.T) {
	t.Parallel()
	h := newFeishu(t)
	b := bad{h: h}
	read := func(hd feishusim.Header) bots.Event { return h.read(t, h.sealed(b.plain(hd))) }
	if e := read(feishusim.Header{EventID: "e1", AppID: "cli_other"}); e.Type != "foreign" || e.Kind != bots.EventUnknown || e.User != "" {
		t.Errorf("another app: %+v", e)
	}
	// Nobody has told yet which company is ours: the first is believed …
	if e := read(feishusim.Header{EventID: "e2", TenantKey: "t_other"}); e.Kind != bots.EventMessage {
		t.Errorf("%+v", e)
	}
	if e := read(feishusim.Header{EventID: "e3", TenantKey: "t1"}); e.Type != "foreign" {
		t.Errorf("%+v", e)
	}
	// … until the API says it.
	if _, err := h.bot.Send(t.Context(), bots.Message{Key: "k", User: li, Text: "x"}); err != nil {
		t.Fatal(err)
	}
	if e := read(feishusim.Header{EventID: "e4", TenantKey: "t1"}); e.Kind != bots.EventMessage {
		t.Errorf("%+v", e)
	}
	if e := read(feishusim.Header{EventID: "e5", TenantKey: "t_other"}); e.Type != "foreign" || e.Text != "" || e.User != "" {
		t.Errorf("%+v", e)
	}
}
