package wecom

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// The platform's documented vectors are of this company and this address.
const (
	testToken = "QDG6eK"
	testKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	testCorp  = "wx5823bf96d3bd56c7"
	testSalt  = "0123456789abcdef"

	// V1 to V5: the first two are the platform's own, the others were made by
	// hand and agree with its library for node.
	v1Echo   = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
	v2Sealed = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
	v3Plain  = `<xml><ToUserName><![CDATA[mycreate]]></ToUserName><FromUserName><![CDATA[wx5823bf96d3bd56c7]]></FromUserName><CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[this is a test]]></Content><MsgId>1234567890123456</MsgId><AgentID>128</AgentID></xml>`
	v3Sealed = "sKqRbbiSUnDhFHOvPjtUMdc23JsNXVqHAPPZdO0pIWIMYDThPIeGEfKX2v40MaN9wqY6jfiEfXjU91lWT29R5DJekiGh+kvvWbgJb/xv+e4E7ohGxVjHMNbvtW/W79/IDuKgVJBfBuHgGc9otUO0w1l7Hsae/Ln6/jSCx2GMGlPTrk/Pd9Du8oTb3PrIs9a90wxwbaI9txmYwPqRSx+UWHWpEqcaMDQrfWyNOrIC1LMxfJN98WVM1lo7rHKcEzvuCkg0KtnJTML2WgkG7/evV+9gUXmIvHuAUwYvYhHEQjwQc8mFWnT1QCHyMMAaTYTs9YkB/njRL+wc5wMGWfU13eiwnl5qqIiQ7mvzi8TevQtz+Svc7SLFfrDfOWKuQmQOeAl9qFb+6QvXPBwEA1jAHo2cjnyeAPiQSi0YuLrvv4GqcDtRnbUKYlOP6sETKok0mOls1Z87pkjkonVbXJWABw=="
	v4Plain  = `{"msgid":"M1","msgtype":"text"}`
	v4Sealed = "sKqRbbiSUnDhFHOvPjtUMRBANpD3DHG+QLrwN04sMDfqErUMLOMHKveI0FmVaSklW6nZd4j8wbMy2fBukxj6TQ=="
	v5Sealed = "sKqRbbiSUnDhFHOvPjtUMSs1k8K1CdhVATTBQNj5RGfr2SSogQPwiaREvDG6j+anDDTQGRPc5XVafaRf07vjdJWo03DV9aa/cArn/HDtV476heTTKpJSMh7JMO1cnA3V"
)

func crypt(t testing.TB, receiver string) *Crypt {
	t.Helper()
	c, err := NewCrypt(testToken, testKey, receiver)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func salt() [saltSize]byte { return [saltSize]byte([]byte(testSalt)) }

// TestCryptVectors: V1 and V2 are opened, V3 to V5 opened and made, byte by byte.
func TestCryptVectors(t *testing.T) {
	t.Parallel()
	app, robot := crypt(t, testCorp), crypt(t, "")
	for _, v := range []struct {
		name, plain, sealed string
		c                   *Crypt
		stamp, nonce, sign  string
		made                bool
	}{
		{name: "V1", c: app, plain: "1616140317555161061", sealed: v1Echo, stamp: "1409659589", nonce: "263014780", sign: "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"},
		{name: "V2", c: app, sealed: v2Sealed, stamp: "1409659813", nonce: "1372623149", sign: "477715d11cdb4164915debcba66cb864d751f3e6"},
		{name: "V3", c: app, plain: v3Plain, sealed: v3Sealed, stamp: "1409659813", nonce: "1372623149", sign: "d9cdf134dbf5386e31896eb2a79c68dbe53e8cc2", made: true},
		{name: "V4", c: robot, plain: v4Plain, sealed: v4Sealed, stamp: "1700000000", nonce: "nonce4", sign: "fdba39e1ab4ea9cabfed5a82e02f777cf42400cb", made: true},
		{name: "V5", c: app, plain: strings.Repeat("x", 26), sealed: v5Sealed, made: true},
	} {
		got, err := v.c.Open(v.sealed)
		if err != nil || v.plain != "" && string(got) != v.plain {
			t.Errorf("%s: %q %v", v.name, got, err)
		}
		if v.sign != "" && !v.c.Verify(v.sign, v.stamp, v.nonce, v.sealed) {
			t.Errorf("%s: the documented signature is refused", v.name)
		}
		if v.made && v.c.Seal([]byte(v.plain), salt()) != v.sealed {
			t.Errorf("%s: sealed into something else", v.name)
		}
	}
}

// TestCryptRoundTrip: what comes out went in, for any text and receiver, and for
// nobody else.
func TestCryptRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		receiver := rapid.String().Draw(t, "receiver")
		c, err := NewCrypt(testToken, testKey, receiver)
		if err != nil {
			t.Fatal(err)
		}
		plain := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plain")
		sealed := c.Seal(plain, [saltSize]byte(rapid.SliceOfN(rapid.Byte(), saltSize, saltSize).Draw(t, "salt")))
		if raw, _ := base64.StdEncoding.DecodeString(sealed); len(raw)%padTo != 0 {
			t.Errorf("%d bytes: the padding goes to 32", len(raw))
		}
		if got, err := c.Open(sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%q became %q: %v", plain, got, err)
		}
		other, _ := NewCrypt(testToken, testKey, receiver+"x")
		if got, err := other.Open(sealed); !errors.Is(err, errReceiver) {
			t.Errorf("another receiver reads %q %v", got, err)
		}
	})
}

// sealRaw encrypts a plaintext with its padding as it is.
func sealRaw(c *Crypt, padded []byte) string {
	out := bytes.Clone(padded)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(out, out)
	return base64.StdEncoding.EncodeToString(out)
}

// framed is salt, length, text and receiver, padded to the platform's block.
func framed(size uint32, text, receiver string) []byte {
	out := append([]byte(testSalt), binary.BigEndian.AppendUint32(nil, size)...)
	out = append(out, text+receiver...)
	pad := padTo - len(out)%padTo
	return append(out, bytes.Repeat([]byte{byte(pad)}, pad)...)
}

// TestOpenRefusesAlike: whatever is wrong, the error is the same, and nobody is
// made to fetch memory for a length that an attacker wrote.
func TestOpenRefusesAlike(t *testing.T) {
	t.Parallel()
	c := crypt(t, testCorp)
	good := framed(5, "hello", testCorp)
	if got, err := c.Open(sealRaw(c, good)); err != nil || string(got) != "hello" {
		t.Fatalf("the good one: %q %v", got, err)
	}
	bend := func(from int, with ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[len(out)-from:], with)
		return out
	}
	for name, sealed := range map[string]string{
		"nothing": "", "no base64": "!", "half a block": "QUJD", "one block": sealRaw(c, []byte(testSalt)), "only padding": sealRaw(c, bytes.Repeat([]byte{32}, 32)),
		"padding of 0": sealRaw(c, bend(1, 0)), "padding of 33": sealRaw(c, append(bend(1, 33), bytes.Repeat([]byte{33}, 32)...)), "padding of 255": sealRaw(c, bend(1, 255)),
		"unlike padding": sealRaw(c, bend(2, 0)), "no length": sealRaw(c, append([]byte(testSalt), bytes.Repeat([]byte{16}, 16)...)),
		"one too long": sealRaw(c, framed(uint32(5+len(testCorp)+1), "hello", testCorp)), "4 GiB": sealRaw(c, framed(0xFFFFFFFF, "hello", testCorp)), "2 GiB": sealRaw(c, framed(0x80000000, "hello", testCorp)),
	} {
		if got, err := c.Open(sealed); !errors.Is(err, errDecrypt) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	huge := sealRaw(c, framed(0xFFFFFFFF, "hello", testCorp))
	if n := testing.Benchmark(func(b *testing.B) {
		b.Helper()
		for b.Loop() {
			_, _ = c.Open(huge)
		}
	}).AllocedBytesPerOp(); n > 4096 {
		t.Errorf("%d bytes for a short text of a long length", n)
	}
	for name, sealed := range map[string]string{
		"another company": sealRaw(c, framed(5, "hello", "wxEVIL")), "nobody": sealRaw(c, framed(5, "hello", "")), "a longer name": sealRaw(c, framed(5, "hello", testCorp+"x")),
		"a shorter text": sealRaw(c, framed(4, "hello", testCorp)),
	} {
		if got, err := c.Open(sealed); !errors.Is(err, errReceiver) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

// TestNewCryptRefuses: and does not show the key.
func TestNewCryptRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range [][2]string{{"", testKey}, {"t", ""}, {"t", testKey[1:]}, {"t", testKey + "="}, {"t", "!" + testKey[1:]}, {"t", "\n" + testKey[1:]}} {
		if _, err := NewCrypt(bad[0], bad[1], "c"); err == nil || bad[1] != "" && strings.Contains(err.Error(), bad[1][1:]) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func encryptFile(c *Crypt, plain []byte) []byte {
	pad := padTo - len(plain)%padTo
	out := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(out, out)
	return out
}

// TestDecryptFile: files of any size, read in pieces of any size.
func TestDecryptFile(t *testing.T) {
	t.Parallel()
	c := crypt(t, "")
	for _, size := range []int{0, 1, 15, 16, 17, 31, 32, 33, 1000, 32<<10 - 33, 32<<10 - 32, 32<<10 - 31, 32 << 10, 32<<10 + 1, 64 << 10, 100_000} {
		plain := bytes.Repeat([]byte("凭证0123456789"), size/16+1)[:size]
		for name, slow := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader, "end with data": iotest.DataErrReader,
		} {
			if got, err := io.ReadAll(c.decryptFile(slow(bytes.NewReader(encryptFile(c, plain))))); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes, %s: %d bytes, %v", size, name, len(got), err)
			}
		}
	}
	small := encryptFile(c, []byte("报价单"))
	if err := iotest.TestReader(c.decryptFile(bytes.NewReader(small)), []byte("报价单")); err != nil {
		t.Error(err)
	}
}

// TestDecryptFileRefuses what is cut, and what was encrypted with another key;
// the network's errors stay what they are.
func TestDecryptFileRefuses(t *testing.T) {
	t.Parallel()
	c := crypt(t, "")
	other, err := NewCrypt("t", strings.Repeat("A", aesKeyLen), "")
	if err != nil {
		t.Fatal(err)
	}
	whole := encryptFile(c, bytes.Repeat([]byte("x"), 40_000))
	for name, raw := range map[string][]byte{
		"nothing": nil, "cut in a block": whole[:len(whole)-1], "cut after a block": whole[:len(whole)-aes.BlockSize], "half": whole[:20_000],
		"another key": encryptFile(other, []byte("x")), "no padding": encryptFile(c, bytes.Repeat([]byte("x"), 32))[:32],
	} {
		if _, err := io.ReadAll(c.decryptFile(bytes.NewReader(raw))); !errors.Is(err, errDecrypt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, size := range []int{0, 7, 16, 40_000} {
		cut := io.MultiReader(bytes.NewReader(whole[:size]), iotest.ErrReader(io.ErrUnexpectedEOF))
		if got, err := io.ReadAll(c.decryptFile(cut)); !errors.Is(err, io.ErrUnexpectedEOF) || slices.Contains(got, 0) {
			t.Errorf("cut after %d: %d bytes, %v", size, len(got), err)
		}
	}
}
