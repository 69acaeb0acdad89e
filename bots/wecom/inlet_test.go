package wecom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"genjin/bots"
)

// noon is the hub's clock in these tests: long after the vectors were made.
func noon() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }

const testAgent = 218

func testInlet(t testing.TB) *inlet {
	t.Helper()
	in, err := newInlet(testCorp, testAgent, testToken, testKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func testRobot(t testing.TB) *Robot {
	t.Helper()
	r, err := NewRobot(testToken, testKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// signedQuery is the query of a sealed text.
func signedQuery(c *Crypt, sealed string) url.Values {
	return url.Values{"msg_signature": {c.Sign("1700000000", "n1", sealed)}, "timestamp": {"1700000000"}, "nonce": {"n1"}}
}

func postTo(query url.Values, body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, "/webhooks/wecom?"+query.Encode(), strings.NewReader(body))
}

func envelopeXML(sealed string) string {
	return "<xml><ToUserName><![CDATA[" + testCorp + "]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>"
}

// appRequest is a push to the app, robotRequest one to the 智能机器人.
func appRequest(c *Crypt, plain string) *http.Request {
	sealed := c.Seal([]byte(plain), salt())
	return postTo(signedQuery(c, sealed), envelopeXML(sealed))
}

func robotRequest(c *Crypt, plain string) *http.Request {
	sealed := c.Seal([]byte(plain), salt())
	return postTo(signedQuery(c, sealed), `{"encrypt":"`+sealed+`"}`)
}

// appEvent reads a push to the app that is an event.
func appEvent(t *testing.T, plain string) bots.Event {
	t.Helper()
	in := testInlet(t)
	return only(t)(in.Decode(appRequest(in.crypt, plain)))
}

func robotEventOf(t *testing.T, plain string) bots.Event {
	t.Helper()
	r := testRobot(t)
	return only(t)(r.Decode(robotRequest(r.crypt, plain)))
}

func only(t *testing.T) func(bots.Inbound, error) bots.Event {
	t.Helper()
	return func(in bots.Inbound, err error) bots.Event {
		t.Helper()
		if err != nil || len(in.Events) != 1 || in.Response != nil {
			t.Fatalf("%+v %v", in, err)
		}
		return in.Events[0]
	}
}

// statusOf is what the webhook's edge makes of a fault.
var statusOf = map[bots.Fault]int{
	bots.FaultMalformed: http.StatusBadRequest, bots.FaultSignature: http.StatusUnauthorized, bots.FaultMethod: http.StatusMethodNotAllowed,
	bots.FaultTooLarge: http.StatusRequestEntityTooLarge, bots.FaultMedia: http.StatusUnsupportedMediaType,
}

// verdict is how a request is answered, with the reason.
func verdict(in bots.Inbound, err error) string {
	if de, is := errors.AsType[*bots.DecodeError](err); is {
		return fmt.Sprint(statusOf[de.Fault], " ", de.Reason)
	}
	if err != nil || len(in.Events) == 0 && in.Response == nil {
		return fmt.Sprint("nothing: ", err)
	}
	return "200 ok"
}

// TestURLCheck: V1, answered with its plaintext and nothing else.
func TestURLCheck(t *testing.T) {
	t.Parallel()
	const query = "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780&echostr="
	escaped := url.QueryEscape(v1Echo)
	for name, q := range map[string]string{
		"as documented": query + escaped, "with bare pluses": query + strings.ReplaceAll(escaped, "%2B", "+"),
	} {
		in, err := testInlet(t).Decode(httptest.NewRequest(http.MethodGet, "/webhooks/wecom?"+q, nil))
		if err != nil || in.Response == nil || in.Response.Status != http.StatusOK || string(in.Response.Body) != "1616140317555161061" ||
			!strings.HasPrefix(in.Response.Type, "text/plain") || len(in.Events) != 0 {
			t.Errorf("%s: %+v %v", name, in, err)
		}
	}
	robot := testRobot(t)
	sealed := robot.crypt.Seal([]byte("42"), salt())
	q := signedQuery(robot.crypt, sealed)
	q.Set("echostr", sealed)
	if in, err := robot.Decode(httptest.NewRequest(http.MethodGet, "/webhooks/wecom-bot?"+q.Encode(), nil)); err != nil || in.Response == nil || string(in.Response.Body) != "42" {
		t.Errorf("robot: %+v %v", in, err)
	}
	// Made for the 智能机器人, it is not the app's, though key and token are the same.
	if got := verdict(testInlet(t).Decode(httptest.NewRequest(http.MethodGet, "/webhooks/wecom?"+q.Encode(), nil))); got != "401 receiver_mismatch" {
		t.Error(got)
	}
	for name, bad := range map[string]string{
		"": "401 signature_missing", strings.Replace(query, "fd3&", "fd4&", 1) + escaped: "401 signature_invalid", query: "401 signature_invalid",
		strings.Replace(query, "1409659589", "1409659588", 1) + escaped: "401 signature_invalid", strings.Replace(query, "263014780", "263014781", 1) + escaped: "401 signature_invalid",
	} {
		if got := verdict(testInlet(t).Decode(httptest.NewRequest(http.MethodGet, "/webhooks/wecom?"+name, nil))); got != bad {
			t.Errorf("%s: %s, want %s", name, got, bad)
		}
	}
}

// TestDocumentedMessage is V2, years after it was sent.
func TestDocumentedMessage(t *testing.T) {
	t.Parallel()
	q := url.Values{"msg_signature": {"477715d11cdb4164915debcba66cb864d751f3e6"}, "timestamp": {"1409659813"}, "nonce": {"1372623149"}}
	in := testInlet(t)
	e := only(t)(in.Decode(postTo(q, envelopeXML(v2Sealed))))
	if e.Kind != bots.EventMessage || e.Text != "hello" || e.User != "mycreate" || e.Key != "m:4561255354251345929" || e.MessageID != "4561255354251345929" ||
		e.Tenant != testCorp || !e.Private || !e.Mentioned || e.At.Unix() != 1409659813 || e.Bot != "wecom" || e.Type != "text" {
		t.Errorf("%+v", e)
	}
	if r := in.Answer(e, bots.Answer{Text: "x", Card: &bots.Card{Title: "x"}}); r.Status != http.StatusOK || len(r.Body) != 0 {
		t.Errorf("%+v", r)
	}
	if other, err := newInlet(testCorp, testAgent+1, testToken, testKey, noon); err != nil {
		t.Error(err)
	} else if e := only(t)(other.Decode(postTo(q, envelopeXML(v2Sealed)))); e.Kind != bots.EventUnknown || e.Type != "foreign" || e.User != "" {
		t.Errorf("another app's: %+v", e)
	}
}

type body struct{ io.Reader }

func (body) Close() error { return nil }

// TestRefusals: what is not read, and why.
func TestRefusals(t *testing.T) {
	t.Parallel()
	app, robot := testInlet(t), testRobot(t)
	const text = "<xml><MsgType>text</MsgType></xml>"
	sealed := app.crypt.Seal([]byte(text), salt())
	signed := signedQuery(app.crypt, sealed)
	request := func(r io.Reader) *http.Request {
		req := postTo(signed, "")
		req.Body, req.ContentLength = body{r}, -1
		return req
	}
	long := envelopeXML(sealed) + strings.Repeat(" ", bodyMax)
	noSignature := url.Values{"timestamp": {"1"}, "nonce": {"n"}}
	stranger, err := NewCrypt("another", testKey, testCorp)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"put":                     {httptest.NewRequest(http.MethodPut, "/", nil), "405 method"},
		"head":                    {httptest.NewRequest(http.MethodHead, "/", nil), "405 method"},
		"too large, and says so":  {postTo(signed, long), "413 body_too_large"},
		"too large without":       {request(strings.NewReader(long)), "413 body_too_large"},
		"too large for the edge":  {request(http.MaxBytesReader(nil, body{strings.NewReader(envelopeXML(sealed))}, 100)), "413 body_too_large"},
		"slow":                    {request(iotest.ErrReader(os.ErrDeadlineExceeded)), "400 read_timeout"},
		"cut":                     {request(iotest.ErrReader(io.ErrUnexpectedEOF)), "400 read"},
		"empty":                   {postTo(signed, ""), "400 xml_invalid"},
		"words":                   {postTo(signed, "hello"), "400 xml_invalid"},
		"another root":            {postTo(signed, "<html><Encrypt>"+sealed+"</Encrypt></html>"), "400 xml_invalid"},
		"no ciphertext":           {postTo(signed, "<xml></xml>"), "400 xml_invalid"},
		"two documents":           {postTo(signed, envelopeXML(sealed)+envelopeXML(sealed)), "400 xml_invalid"},
		"something after":         {postTo(signed, envelopeXML(sealed)+"x"), "400 xml_invalid"},
		"not closed":              {postTo(signed, "<xml><Encrypt>"+sealed), "400 xml_invalid"},
		"deep":                    {postTo(signed, "<xml>"+strings.Repeat("<a>", 100_000)), "400 xml_invalid"},
		"deep and closed":         {postTo(signed, "<xml>"+strings.Repeat("<a>", 40)+strings.Repeat("</a>", 40)+"<Encrypt>"+sealed+"</Encrypt></xml>"), "400 xml_invalid"},
		"another encoding":        {postTo(signed, `<?xml version="1.0" encoding="GBK"?>`+envelopeXML(sealed)), "400 xml_invalid"},
		"a document type":         {postTo(signed, `<!DOCTYPE xml>`+envelopeXML(sealed)), "400 xml_invalid"},
		"laughs":                  {postTo(signed, `<!DOCTYPE xml [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>`), "400 xml_invalid"},
		"an unknown entity":       {postTo(signed, "<xml><Encrypt>&x;</Encrypt></xml>"), "400 xml_invalid"},
		"unsigned":                {postTo(noSignature, envelopeXML(sealed)), "401 signature_missing"},
		"signed by another":       {postTo(signedQuery(stranger, sealed), envelopeXML(sealed)), "401 signature_invalid"},
		"signed for another":      {postTo(signedQuery(app.crypt, sealed[4:]), envelopeXML(sealed)), "401 signature_invalid"},
		"capitals":                {postTo(url.Values{"msg_signature": {strings.ToUpper(signed.Get("msg_signature"))}, "timestamp": signed["timestamp"], "nonce": signed["nonce"]}, envelopeXML(sealed)), "401 signature_invalid"},
		"signed, not encrypted":   {postTo(signedQuery(app.crypt, text), "<xml><Encrypt><![CDATA["+text+"]]></Encrypt></xml>"), "400 decrypt_failed"},
		"made for another":        {appRequest(crypt(t, "wxEVIL"), text), "401 receiver_mismatch"},
		"made for nobody":         {appRequest(robot.crypt, text), "401 receiver_mismatch"},
		"JSON inside":             {appRequest(app.crypt, "{}"), "400 xml_invalid"},
		"a document type inside":  {appRequest(app.crypt, `<!DOCTYPE a SYSTEM "file:///etc/passwd">`+text), "400 xml_invalid"},
		"the same, and a control": {appRequest(app.crypt, `<!DOCTYPE a SYSTEM "file:///etc/passwd"><xml><Content>`+"\x08</Content></xml>"), "400 xml_invalid"},
	} {
		if got := verdict(app.Decode(c.r)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := verdict(app.Decode(postTo(signed, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"+envelopeXML(sealed)+"\n"))); got != "200 ok" {
		t.Errorf("a declaration: %s", got)
	}
}

// TestRobotRefusals are those of JSON.
func TestRobotRefusals(t *testing.T) {
	t.Parallel()
	app, robot := testInlet(t), testRobot(t)
	sealed := robot.crypt.Seal([]byte("{}"), salt())
	signed := signedQuery(robot.crypt, sealed)
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"empty": {postTo(signed, ""), "400 json_invalid"}, "XML": {postTo(signed, envelopeXML(sealed)), "400 json_invalid"}, "no ciphertext": {postTo(signed, "{}"), "400 json_invalid"},
		"a number": {postTo(signed, `{"encrypt":1}`), "400 json_invalid"}, "two": {postTo(signed, `{"encrypt":"`+sealed+`"} {}`), "400 json_trailing"},
		"deep": {postTo(signed, strings.Repeat("[", 100_000)), "400 json_invalid"}, "unsigned": {postTo(nil, `{"encrypt":"`+sealed+`"}`), "401 signature_missing"},
		"made for the app": {robotRequest(app.crypt, "{}"), "401 receiver_mismatch"}, "XML inside": {robotRequest(robot.crypt, "<xml></xml>"), "400 json_invalid"},
		"trailing inside": {robotRequest(robot.crypt, `{"msgid":"1"} {}`), "400 json_trailing"}, "cut inside": {robotRequest(robot.crypt, `{"msgid":"1"`), "400 json_invalid"},
		"odd": {robotRequest(robot.crypt, `{}`), "200 ok"},
	} {
		if got := verdict(robot.Decode(c.r)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if r := robot.Answer(bots.Event{Kind: bots.EventClick}, bots.Answer{Text: "x"}); r.Status != http.StatusOK || len(r.Body) != 0 || robot.Name() != "wecom-bot" {
		t.Errorf("%+v", r)
	}
}

// TestOverlongFieldsAreRecorded: what is rightly signed is not pushed again for
// hours because one field is longer than ids are.
func TestOverlongFieldsAreRecorded(t *testing.T) {
	t.Parallel()
	app, robot := testInlet(t), testRobot(t)
	long := strings.Repeat("a", 10_000)
	push := func(inner string) *http.Request {
		return appRequest(app.crypt, "<xml><ToUserName>"+testCorp+"</ToUserName><CreateTime>1700000000</CreateTime><AgentID>218</AgentID>"+inner+"</xml>")
	}
	keys := map[string]string{}
	for name, in := range map[string]func() (bots.Inbound, error){
		"a sender": func() (bots.Inbound, error) {
			return app.Decode(push("<FromUserName>" + long + "</FromUserName><MsgType>text</MsgType>"))
		},
		"an id": func() (bots.Inbound, error) {
			return app.Decode(push("<FromUserName>li</FromUserName><MsgType>text</MsgType><MsgId>" + long + "</MsgId>"))
		},
		"an event": func() (bots.Inbound, error) {
			return app.Decode(push("<FromUserName>li</FromUserName><MsgType>event</MsgType><Event>" + long + "</Event>"))
		},
		"a pressed button": func() (bots.Inbound, error) {
			return app.Decode(push("<FromUserName>li</FromUserName><MsgType>event</MsgType><Event>template_card_event</Event><TaskId>" + long + "</TaskId>"))
		},
		"the robot's id": func() (bots.Inbound, error) {
			return robot.Decode(robotRequest(robot.crypt, `{"msgid":"`+long+`"}`))
		},
	} {
		e := only(t)(in())
		if e.Bot != Name || e.Kind != bots.EventUnknown || e.Type != "field_too_long" || e.User != "" || e.Click != nil || len(e.Key) > 200 || e.At.IsZero() {
			t.Errorf("%s: %+v", name, e)
		}
		if other, taken := keys[e.Key]; taken {
			t.Errorf("%s has the key of %s", name, other)
		}
		keys[e.Key] = name
		if again := only(t)(in()); again.Key != e.Key {
			t.Errorf("%s: pushed again it is %q, not %q", name, again.Key, e.Key)
		}
	}
}

// TestUnsignedEnvelopeSaysNothing: what stands around the ciphertext is not
// believed.
func TestUnsignedEnvelopeSaysNothing(t *testing.T) {
	t.Parallel()
	app := testInlet(t)
	const plain = "<xml><ToUserName>" + testCorp + "</ToUserName><FromUserName>li</FromUserName><CreateTime>1700000000</CreateTime><MsgType>text</MsgType><Content>帮助</Content><MsgId>1</MsgId><AgentID>218</AgentID></xml>"
	sealed := app.crypt.Seal([]byte(plain), salt())
	forged := bytes.ReplaceAll([]byte(envelopeXML(sealed)), []byte("<ToUserName>"), []byte("<FromUserName>boss</FromUserName><MsgId>7</MsgId><Content>同意 1</Content><ToUserName>"))
	if e := only(t)(app.Decode(postTo(signedQuery(app.crypt, sealed), string(forged)))); e.User != "li" || e.Text != "帮助" || e.Key != "m:1" {
		t.Errorf("%+v", e)
	}
}

// TestEnvelopeAsWritten: the short way says what the reader of XML says.
func TestEnvelopeAsWritten(t *testing.T) {
	t.Parallel()
	long := func(body string) string { return strings.Replace(body, "<xml>", "<xml >", 1) } // the same, not as written
	good := envelopeXML(v2Sealed)
	if got, ok := asWritten([]byte(good)); !ok || got != v2Sealed {
		t.Fatalf("%q %v", got, ok)
	}
	swapped := "<xml><AgentID><![CDATA[1]]></AgentID><Encrypt><![CDATA[QUJD]]></Encrypt></xml>"
	if got, ok := asWritten([]byte(swapped)); !ok || got != "QUJD" {
		t.Fatalf("%q %v", got, ok)
	}
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SampledFrom([]string{good, swapped}).Draw(t, "body")
		for range rapid.IntRange(1, 3).Draw(t, "bends") {
			at := rapid.IntRange(0, len(body)).Draw(t, "at")
			end := rapid.IntRange(at, min(len(body), at+12)).Draw(t, "end")
			body = body[:at] + rapid.SampledFrom([]string{"", "<", ">", "]]>", "</xml>", "<xml>", "<Encrypt>", "</Encrypt>", "<![CDATA[", "<![CDATA[QUJD]]>", "&amp;", "<!DOCTYPE a>", "x"}).Draw(t, "with") + body[end:]
		}
		if quick, ok := asWritten([]byte(body)); ok {
			if slow, err := sealedXML([]byte(long(body))); err != nil || slow != quick {
				t.Errorf("%q: %q, but by the reader %q %v", body, quick, slow, err)
			}
		}
	})
}
