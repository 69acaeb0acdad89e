package feishu_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"genjin/bots"
	"genjin/bots/feishu"
	"genjin/playground/feishusim"
)

// FuzzDecode: whatever is rightly sealed is refused as unreadable, answered, or
// an event with a key; never a panic.
func FuzzDecode(f *testing.F) {
	h := newFeishu(f)
	for _, seed := range []string{
		`{"schema":"2.0","header":{"event_id":"e","event_type":"im.message.receive_v1","token":"v-token","app_id":"cli_a"},"event":{"sender":{"sender_id":{"open_id":"ou_li"},"sender_type":"user"},"message":{"message_id":"m","message_type":"post","content":"{\"content\":[[{\"tag\":\"at\",\"user_id\":\"@_user_1\"}]]}"}}}`,
		`{"schema":"2.0","header":{"event_id":"e","event_type":"card.action.trigger","token":"v-token","app_id":"cli_a"},"event":{"operator":{"open_id":"o"},"action":{"value":"{}","form_value":{"a~2":["b",1]}}}}`,
		`{"uuid":"u","token":"v-token","type":"event_callback","event":{"type":"approval_task","operate_time":1}}`,
		`{"challenge":"abc","token":"v-token","type":"url_verification"}`, `{"token":"v-token","action":{}}`, `]`, `{"a":"\`, `{"a" : {"b":[{"b":1}]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		body, header := h.sim.Sealed(plain)
		in, err := h.bot.Decode(post(body, header))
		var de *bots.DecodeError
		switch {
		case err != nil && !errors.As(err, &de):
			t.Errorf("error of another kind: %v", err)
		case err != nil && (len(in.Events) != 0 || in.Response != nil):
			t.Errorf("%v, and yet %+v", err, in)
		case err == nil && len(in.Events) != 1 && in.Response == nil:
			t.Errorf("neither event nor answer: %+v", in)
		}
		for _, e := range in.Events {
			if e.Key == "" || e.Kind == 0 || strings.Contains(e.Key+e.Text+e.User+e.Chat, "\x00") || e.Kind == bots.EventClick && e.Click == nil {
				t.Errorf("%+v", e)
			}
			h.bot.Answer(e, bots.Answer{Text: "x"})
		}
	})
}

// FuzzDecrypt: what comes out went in.
func FuzzDecrypt(f *testing.F) {
	f.Add("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", []byte("hello"))
	sim := feishusim.New(feishusim.Options{EncryptKey: "test key"})
	f.Cleanup(sim.Close)
	f.Fuzz(func(t *testing.T, garbage string, plain []byte) {
		if _, err := feishu.Decrypt("test key", garbage); err != nil && err.Error() != "does not decrypt" {
			t.Errorf("an error that tells more: %v", err)
		}
		var out struct {
			Encrypt string `json:"encrypt"`
		}
		if err := json.Unmarshal(sim.Encrypt(plain), &out); err != nil {
			t.Fatal(err)
		}
		if got, err := feishu.Decrypt("test key", out.Encrypt); err != nil || string(got) != string(plain) {
			t.Errorf("%q became %q: %v", plain, got, err)
		}
	})
}

// FuzzCardValue: any value and form of a click is a click.
func FuzzCardValue(f *testing.F) {
	h := newFeishu(f)
	for _, seed := range []string{`{"a":"approve","n":"1"}`, `"{\"a\":\"x\"}"`, `[1,2]`, `null`, `{"a":{"b":1},"due":"2024-04-01 +0800"}`, `7`, `"\u0000"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if !json.Valid(value) || json.Unmarshal(value, new(any)) != nil {
			return
		}
		plain := `{"schema":"2.0","header":{"event_id":"e","event_type":"card.action.trigger","token":"v-token","app_id":"cli_a","tenant_key":"t1"},` +
			`"event":{"operator":{"open_id":"ou_li"},"action":{"value":` + string(value) + `,"form_value":{"f":` + string(value) + `}}}}`
		body, header := h.sim.Sealed([]byte(plain))
		in, err := h.bot.Decode(post(body, header))
		var de *bots.DecodeError
		if errors.As(err, &de) && de.Reason == "json_invalid" { // nested too deep
			return
		}
		if err != nil || len(in.Events) != 1 || in.Events[0].Kind != bots.EventClick {
			t.Fatalf("%+v %v", in, err)
		}
		c := in.Events[0].Click
		if _, has := c.Form["f"]; !has || c.Value == nil || strings.Contains(c.Action+c.Form["f"], "\x00") {
			t.Errorf("%+v", c)
		}
	})
}
