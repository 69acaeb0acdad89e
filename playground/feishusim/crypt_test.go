package feishusim

import (
	"encoding/json"
	"testing"
)

// The vectors of reference/feishu.md §1.2.
func TestVectors(t *testing.T) {
	t.Parallel()
	if got := string(decrypt("test key", []byte(`{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}`))); got != "hello world" {
		t.Errorf("official vector decrypts to %q", got)
	}
	var iv [16]byte
	copy(iv[:], "0123456789abcdef")
	plainBody := `{"challenge":"ajls384kdjx98XX","token":"v-token","type":"url_verification"}`
	want := `{"encrypt":"MDEyMzQ1Njc4OWFiY2RlZtWk+9FBVdzQ4TLkjfEv5NOLlzViGk4gi/gsOhMmdXMDEz/PmhF1UpeZqJLuQYKg36ipvcVWDMGsAHDEi3odLzzNhDiz+oP9UUsLV2iWzcvF"}`
	body := encryptWith("test key", iv, []byte(plainBody))
	if string(body) != want {
		t.Errorf("encrypted to %s", body)
	}
	s := New(Options{EncryptKey: "test key"})
	if got := s.Sign("1700000000", "nonce123", want); got != "c6a175618795e9287165e7ff60152f8bee6a675f87644b030c18bfc0345c986e" {
		t.Errorf("signature is %s", got)
	}
	if got := s.Sign("1700000000", "nonce-1", `{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}`); got != "002a272a435d056759149cce18e88064ff320d38d91a09432445c344c4296949" {
		t.Errorf("second signature is %s", got)
	}
}

func FuzzEncryptRoundTrip(f *testing.F) {
	f.Add("k", []byte("{}"))
	f.Fuzz(func(t *testing.T, key string, plainBody []byte) {
		s := New(Options{EncryptKey: key})
		if got := decrypt(key, s.Encrypt(plainBody)); string(got) != string(plainBody) {
			t.Fatalf("%q became %q", plainBody, got)
		}
	})
}

func FuzzFrame(f *testing.F) {
	f.Add((&frame{service: 1, method: 1, headers: [][2]string{{"type", "event"}}, payload: []byte("{}")}).encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		fr, err := decodeFrame(raw)
		if err != nil {
			return
		}
		again, err := decodeFrame(fr.encode())
		if err != nil || len(again.headers) != len(fr.headers) || string(again.payload) != string(fr.payload) {
			t.Fatalf("frame changed: %v %v %v", fr, again, err)
		}
	})
}

func FuzzCard(f *testing.F) {
	f.Add(approvalCard)
	f.Add(closedCard)
	f.Add(`{"schema":"2.0","body":{"elements":[{"tag":"form"}]}}`)
	f.Fuzz(func(t *testing.T, card string) {
		s := New(Options{})
		s.AddUser(User{OpenID: "ou_li", Name: "李雷"})
		e := s.cardLocked(card)
		if e.code == 0 && !json.Valid([]byte(card)) {
			t.Fatal("accepted what is not JSON")
		}
		sh := readCard(card)
		_, _ = sh.find("x")
	})
}
