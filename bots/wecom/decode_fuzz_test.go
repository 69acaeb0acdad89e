package wecom

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"genjin/bots"
)

// sound looks at what came of a rightly sealed push, whatever stood in it: it is
// refused as unreadable or is one event that can be kept.
func sound(t *testing.T, in bots.Inbound, err error) {
	t.Helper()
	if de, is := errors.AsType[*bots.DecodeError](err); is {
		if de.Fault != bots.FaultMalformed || len(in.Events) != 0 {
			t.Errorf("%v %+v", err, in)
		}
		return
	}
	if err != nil || len(in.Events) != 1 || in.Response != nil {
		t.Fatalf("%+v %v", in, err)
	}
	e := in.Events[0]
	if e.Bot != Name || e.Key == "" || e.Kind == 0 || e.Type == "" || e.At.IsZero() || (e.Kind == bots.EventClick) != (e.Click != nil) {
		t.Errorf("%+v", e)
	}
	if e.Kind != bots.EventUnknown && (e.User == "" || strings.EqualFold(e.User, systemUser) && e.Kind != bots.EventUserLeft && e.Kind != bots.EventUserChanged) {
		t.Errorf("nobody did it: %+v", e)
	}
	text, err := json.Marshal(e)
	if err != nil || bytes.Contains(text, []byte(`\u0000`)) && !bytes.Contains(text, []byte(`\\u0000`)) {
		t.Errorf("%s %v", text, err)
	}
	if e.Click != nil && len(strings.Fields(string(e.Click.Card))) > 2 {
		t.Errorf("a card of too many words: %q", e.Click.Card)
	}
}

// FuzzDecodeApp: whatever is rightly sealed is refused as unreadable or is one
// event, the same when it comes again.
func FuzzDecodeApp(f *testing.F) {
	in := testInlet(f)
	v2, err := in.crypt.Open(v2Sealed)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(v2), v3Plain, push("LiLei", "text", "<Content><![CDATA[\x08\xff]]></Content>"+ours), push("LiLei", "image", "<MediaId>m</MediaId><MsgId>1</MsgId>"+ours),
		push("LiLei", "event", "<Event>template_card_event</Event><EventKey>a?b=c&d=%00</EventKey><TaskId>t</TaskId><ResponseCode>c</ResponseCode><SelectedItems><SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>o</OptionId></OptionIds></SelectedItem></SelectedItems>"+ours),
		push("sys", "event", "<Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>u</UserID>"), approvalPush("sys_approval_change", "<SpNo>1</SpNo>"),
		"<xml></xml>", "<xml><a:b xmlns:a='c'/>&#8;</xml>", "<!DOCTYPE a>", "{}", "<xml><![CDATA[",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		got, err := in.Decode(appRequest(in.crypt, string(plain)))
		sound(t, got, err)
		if again, _ := in.Decode(appRequest(in.crypt, string(plain))); !reflect.DeepEqual(got, again) {
			t.Errorf("%+v, then %+v", got, again)
		}
	})
}

// FuzzDecodeRobot is the same for the 智能机器人.
func FuzzDecodeRobot(f *testing.F) {
	robot := testRobot(f)
	for _, seed := range []string{
		v4Plain, said(true, `"msgtype":"text","text":{"content":"@a \u0000b"},"quote":{"msgtype":"image","image":{"url":"u"}}`), said(false, `"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"mixed"},{"msgtype":"file","file":{"url":"u"}}]}`),
		said(false, `"msgtype":"event","create_time":1,"event":{"eventtype":"template_card_event","template_card_event":{"event_key":"a?b=\u0000","selected_items":{"selected_item":[{"question_key":"\u0000","option_ids":{"option_id":["x"]}}]}}}`),
		said(false, `"msgtype":"event","event":{"eventtype":"enter_chat"}`), `{}`, `[]`, `null`, `{"msgtype":1}`, `{"event":{"template_card_event":null}}`, `{"from":{"userid":"\ud800"}}`, "<xml>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		got, err := robot.Decode(robotRequest(robot.crypt, string(plain)))
		sound(t, got, err)
		if again, _ := robot.Decode(robotRequest(robot.crypt, string(plain))); !reflect.DeepEqual(got, again) {
			t.Errorf("%+v, then %+v", got, again)
		}
	})
}

// FuzzCrypt: what comes out went in; what nobody sealed is refused in one of two
// ways, whole or as a file; and no envelope gets past without a signature.
func FuzzCrypt(f *testing.F) {
	app, robot := testInlet(f), testRobot(f)
	for _, seed := range []string{v1Echo, v2Sealed, v3Sealed, v4Sealed, v5Sealed, "", "!", envelopeXML(v2Sealed), `{"encrypt":"` + v4Sealed + `"}`} {
		f.Add([]byte(v3Plain), seed)
	}
	f.Fuzz(func(t *testing.T, plain []byte, garbage string) {
		for _, c := range []*Crypt{app.crypt, robot.crypt} {
			if got, err := c.Open(c.Seal(plain, salt())); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%q became %q: %v", plain, got, err)
			}
			if _, err := c.Open(garbage); err != nil && !errors.Is(err, errDecrypt) && !errors.Is(err, errReceiver) {
				t.Errorf("an error that tells more: %v", err)
			}
			if got, err := io.ReadAll(c.decryptFile(bytes.NewReader(encryptFile(c, plain)))); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("the file %q became %q: %v", plain, got, err)
			}
			if _, err := io.ReadAll(c.decryptFile(strings.NewReader(garbage))); err != nil && !errors.Is(err, errDecrypt) {
				t.Errorf("an error that tells more: %v", err)
			}
		}
		for name, decode := range map[string]func(*http.Request) (bots.Inbound, error){"app": app.Decode, "robot": robot.Decode} {
			in, err := decode(postTo(signedQuery(app.crypt, "something else"), garbage))
			var de *bots.DecodeError
			if !errors.As(err, &de) || len(in.Events) != 0 {
				t.Errorf("%s: %+v %v", name, in, err)
			}
		}
	})
}
