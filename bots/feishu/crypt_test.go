package feishu

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"testing"
)

// TestPaddingIsChecked: each byte of it, and its length.
func TestPaddingIsChecked(t *testing.T) {
	t.Parallel()
	block, err := blockOf("test key")
	if err != nil {
		t.Fatal(err)
	}
	iv := bytes.Repeat([]byte{7}, aes.BlockSize)
	seal := func(padded []byte) []byte {
		out := bytes.Clone(padded)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
		return []byte(base64.StdEncoding.EncodeToString(append(bytes.Clone(iv), out...)))
	}
	text := []byte("0123456789abcdef0123456789abcde")
	if got, err := decrypt(block, seal(append(text, 1))); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%q %v", got, err)
	}
	if got, err := decrypt(block, seal(bytes.Repeat([]byte{16}, 16))); err != nil || len(got) != 0 {
		t.Errorf("nothing but padding: %q %v", got, err)
	}
	for name, padded := range map[string][]byte{
		"zero": append(text, 0), "too long": bytes.Repeat([]byte{17}, 32), "a blank": append(text, 0x20), "the greatest": append(text, 0xff),
		"unlike bytes": append(bytes.Clone(text[:29]), 3, 2, 3), "only the last": append(bytes.Clone(text[:30]), 'x', 2),
	} {
		if got, err := decrypt(block, seal(padded)); !errors.Is(err, errDecrypt) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}
