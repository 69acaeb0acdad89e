package wecom

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"genjin/bots"
)

const (
	// bodyMax is the largest push that is read.
	bodyMax = 1 << 20
	// textType is the type of every answer: WeCom wants the bare words, or none.
	textType = "text/plain; charset=utf-8"
)

// receive reads one request of the platform: the check of a URL, or a push whose
// envelope and content the two readers know. Nothing is opened before its
// signature is right. There is no window of time: what comes again has the same
// key, so that a replay does nothing.
func (c *Crypt) receive(r *http.Request, sealedOf func([]byte) (string, error), read func([]byte) (bots.Event, error)) (bots.Inbound, error) {
	query := r.URL.Query()
	switch r.Method {
	case http.MethodGet:
		// A "+" that came unescaped was read as a space, which base64 has not.
		echo, err := c.unseal(query, strings.ReplaceAll(query.Get("echostr"), " ", "+"))
		if err != nil {
			return bots.Inbound{}, err
		}
		return bots.Inbound{Response: &bots.Response{Status: http.StatusOK, Type: textType, Body: echo}}, nil
	case http.MethodPost:
	default:
		return bots.Inbound{}, fault(bots.FaultMethod, "method", nil)
	}
	body, err := readBody(r)
	if err != nil {
		return bots.Inbound{}, err
	}
	sealed, err := sealedOf(body)
	if err != nil {
		return bots.Inbound{}, err
	}
	plain, err := c.unseal(query, sealed)
	if err != nil {
		return bots.Inbound{}, err
	}
	e, err := read(plain)
	if err != nil {
		return bots.Inbound{}, err
	}
	return bots.Inbound{Events: []bots.Event{e}}, nil
}

// unseal opens what is rightly signed and made for us.
func (c *Crypt) unseal(query url.Values, sealed string) ([]byte, error) {
	signature := query.Get("msg_signature")
	if signature == "" {
		return nil, fault(bots.FaultSignature, "signature_missing", nil)
	}
	if !c.Verify(signature, query.Get("timestamp"), query.Get("nonce"), sealed) {
		return nil, fault(bots.FaultSignature, "signature_invalid", nil)
	}
	plain, err := c.Open(sealed)
	switch {
	case errors.Is(err, errReceiver):
		return nil, fault(bots.FaultSignature, "receiver_mismatch", nil)
	case err != nil:
		return nil, fault(bots.FaultMalformed, "decrypt_failed", nil)
	}
	return plain, nil
}

func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > bodyMax {
		return nil, fault(bots.FaultTooLarge, "body_too_large", nil)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyMax+1))
	var tooLarge *http.MaxBytesError
	switch {
	case len(body) > bodyMax || errors.As(err, &tooLarge):
		return nil, fault(bots.FaultTooLarge, "body_too_large", nil)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fault(bots.FaultMalformed, "read_timeout", err)
	case err != nil:
		return nil, fault(bots.FaultMalformed, "read", err)
	}
	return body, nil
}

// sealedXML gives the ciphertext of the app's envelope. What else stands in it
// is not signed, and therefore not read.
func sealedXML(body []byte) (string, error) {
	if sealed, ok := asWritten(body); ok {
		return sealed, nil
	}
	var outer struct {
		XMLName xml.Name `xml:"xml"`
		Encrypt string   `xml:"Encrypt"`
	}
	if err := readXML(body, &outer); err != nil || outer.Encrypt == "" {
		return "", fault(bots.FaultMalformed, "xml_invalid", nil)
	}
	return strings.TrimSpace(outer.Encrypt), nil
}

// asWritten reads an envelope that is written as the platform writes it, three
// elements with their text in CDATA and nothing between them, which takes no
// reader of XML. Anything else is left to one.
func asWritten(body []byte) (sealed string, ok bool) {
	rest, ok := bytes.CutPrefix(body, []byte("<xml>"))
	for ok && string(rest) != "</xml>" {
		var text, end []byte
		name := rest[:min(len(rest), bytes.IndexByte(rest, '>')+1)]
		switch string(name) {
		case "<ToUserName>", "<AgentID>", "<Encrypt>":
		default:
			return "", false
		}
		if rest, ok = bytes.CutPrefix(rest[len(name):], []byte("<![CDATA[")); !ok {
			return "", false
		}
		text, rest, _ = bytes.Cut(rest, []byte("]]></"))
		end, rest, ok = bytes.Cut(rest, []byte(">"))
		ok = ok && string(end) == string(name[1:len(name)-1]) && plainWord(text)
		if string(end) == "Encrypt" {
			ok, sealed = ok && sealed == "", string(text)
		}
	}
	return sealed, ok && sealed != ""
}

// plainWord tells whether a text is of letters, digits and signs that are the
// same in any reader of XML.
func plainWord(text []byte) bool {
	for _, b := range text {
		if b <= ' ' || b > '~' || b == '<' || b == ']' || b == '&' {
			return false
		}
	}
	return true
}

// sealedJSON gives the ciphertext of the 智能机器人's envelope.
func sealedJSON(body []byte) (string, error) {
	var outer struct {
		Encrypt string `json:"encrypt"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		return "", jsonFault(err)
	}
	if outer.Encrypt == "" {
		return "", fault(bots.FaultMalformed, "json_invalid", nil)
	}
	return outer.Encrypt, nil
}

func jsonFault(err error) error {
	if strings.Contains(err.Error(), "after top-level value") {
		return fault(bots.FaultMalformed, "json_trailing", nil)
	}
	return fault(bots.FaultMalformed, "json_invalid", nil)
}

// errXML is a document of a kind that the platform does not send.
var errXML = errors.New("not the platform's XML")

// readXML reads one document, and nothing after it, into v.
func readXML(text []byte, v any) error {
	d := xml.NewTokenDecoder(&plainXML{from: xml.NewDecoder(bytes.NewReader(text))})
	if err := d.Decode(v); err != nil {
		return err
	}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if space, is := t.(xml.CharData); err != nil || !is || len(bytes.TrimSpace(space)) > 0 {
			return errXML
		}
	}
}

// plainXML lets elements and their text through, and no declaration of a type or
// an entity: the reader expands none, but who sends one means harm.
type plainXML struct {
	from  *xml.Decoder
	depth int
}

// depthMax is how deep a document may be nested: approvals go to 6.
const depthMax = 32

// Token implements [xml.TokenReader].
func (p *plainXML) Token() (xml.Token, error) {
	t, err := p.from.Token()
	switch t.(type) {
	case xml.StartElement:
		p.depth++
	case xml.EndElement:
		p.depth--
	case xml.Directive:
		return nil, errXML
	}
	if p.depth > depthMax {
		return nil, errXML
	}
	return t, err
}

func fault(f bots.Fault, reason string, err error) error {
	return &bots.DecodeError{Fault: f, Reason: reason, Err: err}
}
