package wecom

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"genjin/bots"
)

// badInput is one line of the list of bad inputs that the project was given.
type badInput struct {
	ID       string `json:"id"`
	Expected struct {
		HTTP   []int  `json:"http"`
		Effect string `json:"effect"`
		Reason string `json:"reason"`
	} `json:"expected"`
}

// badRequests gives the requests of an input by its id.
func badRequests(in *inlet) map[string][]*http.Request {
	sealed := in.crypt.Seal([]byte(push("LiLei", "text", "<Content>A</Content><MsgId>1</MsgId>"+ours)), salt())
	altered := signedQuery(in.crypt, sealed)
	right := altered.Get("msg_signature")
	altered.Set("msg_signature", right[:len(right)-1]+string(right[len(right)-1]^1))
	forged := *in.crypt
	forged.receiver = "wxEVIL"
	huge := sealRaw(in.crypt, framed(0xFFFFFFFF, "hello", testCorp))
	approval := func(no string) *http.Request {
		return appRequest(in.crypt, approvalPush("sys_approval_change", "<SpNoStr>"+no+"</SpNoStr><SpNo>"+no+"</SpNo><SpStatus>1</SpStatus><StatuChangeEvent>1</StatuChangeEvent>"))
	}
	subscribe := push("LiLei", "event", "<Event>subscribe</Event>"+ours)
	const entity = `<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>`
	return map[string][]*http.Request{
		"WC-02": {postTo(altered, envelopeXML(sealed))},
		"WC-04": {appRequest(&forged, subscribe)},
		"WC-06": {postTo(signedQuery(in.crypt, huge), envelopeXML(huge))},
		"WC-08": {
			postTo(signedQuery(in.crypt, sealed), entity+strings.Replace(envelopeXML(sealed), testCorp, "]]>&x;<![CDATA[", 1)),
			appRequest(in.crypt, entity+strings.Replace(subscribe, "LiLei", "]]>&x;<![CDATA[", 1)),
		},
		"WC-10": {approval("202211150018"), approval("202211150019")},
		"WC-12": {appRequest(in.crypt, subscribe), appRequest(in.crypt, subscribe)},
		"WC-14": {postTo(nil, "{}"), appRequest(in.crypt, "{}")},
	}
}

// TestBadInputs goes through the list. What the hub does with two events of one
// key, or of two, is the inbox's: here they only have to have them.
func TestBadInputs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/bad_inputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []badInput
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 7 {
		t.Fatalf("%d inputs: %v", len(all), err)
	}
	in := testInlet(t)
	requests := badRequests(in)
	for _, c := range all {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			if len(requests[c.ID]) == 0 {
				t.Fatal("it is tested nowhere")
			}
			keys := map[string]bots.Event{}
			for _, r := range requests[c.ID] {
				got, err := in.Decode(r)
				status, reason := http.StatusOK, ""
				if de, is := errors.AsType[*bots.DecodeError](err); is {
					status, reason = statusOf[de.Fault], de.Reason
				}
				if !slices.Contains(c.Expected.HTTP, status) {
					t.Errorf("status %d, want one of %v: %v", status, c.Expected.HTTP, err)
				}
				if err != nil && reason != c.Expected.Reason {
					t.Errorf("reason %s, want %s", reason, c.Expected.Reason)
				}
				for _, e := range got.Events {
					keys[e.Key] = e
				}
			}
			if want := map[string]int{"none": 0, "accept": len(requests[c.ID]), "dedup": 1}[c.Expected.Effect]; len(keys) != want {
				t.Errorf("%d different events, want %d: %+v", len(keys), want, keys)
			}
		})
	}
}
