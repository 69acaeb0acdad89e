package wecomsim

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	vectorToken = "QDG6eK"
	vectorKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	vectorCorp  = "wx5823bf96d3bd56c7"
	vectorEcho  = "P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D"
	vectorText  = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
	vectorSaid  = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\n<FromUserName><![CDATA[mycreate]]></FromUserName>\n<CreateTime>1409659813</CreateTime>\n" +
		"<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[hello]]></Content>\n<MsgId>4561255354251345929</MsgId>\n<AgentID>218</AgentID>\n</xml>"
	vectorReply  = "<xml><ToUserName><![CDATA[mycreate]]></ToUserName><FromUserName><![CDATA[wx5823bf96d3bd56c7]]></FromUserName><CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[this is a test]]></Content><MsgId>1234567890123456</MsgId><AgentID>128</AgentID></xml>"
	vectorSealed = "sKqRbbiSUnDhFHOvPjtUMdc23JsNXVqHAPPZdO0pIWIMYDThPIeGEfKX2v40MaN9wqY6jfiEfXjU91lWT29R5DJekiGh+kvvWbgJb/xv+e4E7ohGxVjHMNbvtW/W79/IDuKgVJBfBuHgGc9otUO0w1l7Hsae/Ln6/jSCx2GMGlPTrk/Pd9Du8oTb3PrIs9a90wxwbaI9txmYwPqRSx+UWHWpEqcaMDQrfWyNOrIC1LMxfJN98WVM1lo7rHKcEzvuCkg0KtnJTML2WgkG7/evV+9gUXmIvHuAUwYvYhHEQjwQc8mFWnT1QCHyMMAaTYTs9YkB/njRL+wc5wMGWfU13eiwnl5qqIiQ7mvzi8TevQtz+Svc7SLFfrDfOWKuQmQOeAl9qFb+6QvXPBwEA1jAHo2cjnyeAPiQSi0YuLrvv4GqcDtRnbUKYlOP6sETKok0mOls1Z87pkjkonVbXJWABw=="
	vectorRobot  = "sKqRbbiSUnDhFHOvPjtUMRBANpD3DHG+QLrwN04sMDfqErUMLOMHKveI0FmVaSklW6nZd4j8wbMy2fBukxj6TQ=="
	vectorFull   = "sKqRbbiSUnDhFHOvPjtUMSs1k8K1CdhVATTBQNj5RGfr2SSogQPwiaREvDG6j+anDDTQGRPc5XVafaRf07vjdJWo03DV9aa/cArn/HDtV476heTTKpJSMh7JMO1cnA3V"
)

func vectorSealer(t *testing.T, receiver string) sealer {
	t.Helper()
	k, err := newSealer(vectorToken, vectorKey, receiver)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// V1 and V2 of reference/wecom.md §1.2 are the platform's own.
func TestOfficialVectors(t *testing.T) {
	t.Parallel()
	k := vectorSealer(t, vectorCorp)
	echo, err := url.QueryUnescape(vectorEcho)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := k.open("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", echo)
	if err != nil || string(plain) != "1616140317555161061" {
		t.Errorf("V1 opens to %q %v", plain, err)
	}
	plain, err = k.open("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", vectorText)
	if err != nil || string(plain) != vectorSaid {
		t.Errorf("V2 opens to %q %v", plain, err)
	}
	again, err := k.encryptWith([randomLen]byte([]byte("0960688932c47ef1")), []byte(vectorSaid))
	if err != nil || again != vectorText {
		t.Errorf("V2 is sealed as %s %v", again, err)
	}
	if _, err := k.open("477715d11cdb4164915debcba66cb864d751f3e7", "1409659813", "1372623149", vectorText); err == nil {
		t.Error("a wrong signature is accepted")
	}
	if _, err := vectorSealer(t, "other").decrypt(vectorText); err == nil {
		t.Error("a message for another corp is opened")
	}
}

// V3 to V5 hold the random bytes still.
func TestSealingVectors(t *testing.T) {
	t.Parallel()
	still := [randomLen]byte([]byte("0123456789abcdef"))
	for name, c := range map[string]struct{ receiver, plain, want, ts, nonce, sig string }{
		"V3": {vectorCorp, vectorReply, vectorSealed, "1409659813", "1372623149", "d9cdf134dbf5386e31896eb2a79c68dbe53e8cc2"},
		"V4": {"", `{"msgid":"M1","msgtype":"text"}`, vectorRobot, "1700000000", "nonce4", "fdba39e1ab4ea9cabfed5a82e02f777cf42400cb"},
		"V5": {vectorCorp, strings.Repeat("x", 26), vectorFull, "", "", ""},
	} {
		k := vectorSealer(t, c.receiver)
		got, err := k.encryptWith(still, []byte(c.plain))
		if err != nil || got != c.want {
			t.Errorf("%s is sealed as %s %v", name, got, err)
		}
		if sig := k.sign(c.ts, c.nonce, got); c.sig != "" && sig != c.sig {
			t.Errorf("%s is signed %s", name, sig)
		}
		if plain, err := k.decrypt(c.want); err != nil || string(plain) != c.plain {
			t.Errorf("%s opens to %q %v", name, plain, err)
		}
	}
}

// unseal is written apart from the simulator's own decryption.
func unseal(key, encrypted string) (plain, receiver string) {
	secret, err := base64.StdEncoding.DecodeString(key + "=")
	raw, err2 := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || err2 != nil || len(raw) < 32 {
		return "", ""
	}
	raw = unpad(secret, raw)
	n := binary.BigEndian.Uint32(raw[16:20])
	return string(raw[20 : 20+n]), string(raw[20+n:])
}

// unpad decrypts and takes the padding off.
func unpad(secret, raw []byte) []byte {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil
	}
	out := make([]byte, len(raw))
	cipher.NewCBCDecrypter(block, secret[:16]).CryptBlocks(out, raw)
	return out[:len(out)-int(out[len(out)-1])]
}

func TestSealRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "plain")
		receiver := rapid.SampledFrom([]string{"", vectorCorp}).Draw(t, "receiver")
		k, err := newSealer(vectorToken, vectorKey, receiver)
		if err != nil {
			t.Fatal(err)
		}
		one, err := k.encrypt(said)
		two, err2 := k.encrypt(said)
		if err != nil || err2 != nil || one == two {
			t.Fatalf("not fresh: %v %v", err, err2)
		}
		plain, err := k.decrypt(one)
		if err != nil || !bytes.Equal(plain, said) {
			t.Fatalf("%q became %q %v", said, plain, err)
		}
		if got, to := unseal(vectorKey, two); got != string(said) || to != receiver {
			t.Fatalf("%q for %q became %q for %q", said, receiver, got, to)
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	f.Add(vectorText)
	f.Add(vectorRobot)
	f.Add(vectorFull)
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, encrypted string) {
		k, err := newSealer(vectorToken, vectorKey, "")
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := k.decrypt(encrypted); err == nil && len(plain) > len(encrypted) {
			t.Fatal("more came out than went in")
		}
	})
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "short", strings.Repeat("!", 43), vectorKey + "A"} {
		if _, err := newSealer("", key, ""); err == nil {
			t.Errorf("%q is accepted as a key", key)
		}
	}
}
