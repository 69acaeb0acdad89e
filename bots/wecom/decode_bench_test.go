package wecom

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// BenchmarkDecode compares our way in, from the request to the event, with the
// SDK's functions for the same steps, in turns so that a noisy machine is as
// hard on one as on the other. It reports the ratio of their times.
func BenchmarkDecode(b *testing.B) {
	in := testInlet(b)
	plain := push("LiLei", "text", "<Content><![CDATA["+strings.Repeat("线索 公司=华东智造 联系人=张伟 ", 8)+"]]></Content><MsgId>1234567890123456</MsgId>"+ours)
	sealed := in.crypt.Seal([]byte(plain), salt())
	query, body := signedQuery(in.crypt, sealed), envelopeXML(sealed)
	ours := func(r *http.Request) {
		if _, err := in.Decode(r); err != nil {
			b.Error(err)
		}
	}
	theirs := func(r *http.Request) {
		if err := sdkDecode(r); err != nil {
			b.Error(err)
		}
	}
	const batch = 50
	run := func(decode func(*http.Request)) time.Duration {
		var requests [batch]*http.Request
		for i := range requests {
			requests[i] = postTo(query, body)
		}
		began := time.Now()
		for _, r := range requests {
			decode(r)
		}
		return time.Since(began)
	}
	run(theirs)
	var mine, sdk time.Duration
	for b.Loop() {
		mine += run(ours)
		sdk += run(theirs)
	}
	b.ReportMetric(float64(mine.Nanoseconds())/float64(b.N*batch), "ours-ns/event")
	b.ReportMetric(float64(sdk.Nanoseconds())/float64(b.N*batch), "sdk-ns/event")
	b.ReportMetric(float64(sdk)/float64(mine), "times-faster")
	b.ReportMetric(0, "ns/op")
}

// sdkDecode does with the SDK's functions what our way in does.
func sdkDecode(r *http.Request) error {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var outer struct {
		Encrypt string `xml:"Encrypt"`
	}
	if err := xml.Unmarshal(text, &outer); err != nil {
		return err
	}
	q := r.URL.Query()
	if util.Signature(testToken, q.Get("timestamp"), q.Get("nonce"), outer.Encrypt) != q.Get("msg_signature") {
		return url.InvalidHostError("signature")
	}
	_, plain, err := util.DecryptMsg(testCorp, outer.Encrypt, testKey)
	if err != nil {
		return err
	}
	var p appPush
	return xml.Unmarshal(plain, &p)
}
