package feishu

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
)

// errDecrypt is the one answer to everything that does not decrypt: telling
// apart why would help only an attacker.
var errDecrypt = errors.New("does not decrypt")

// blockOf gives the cipher of the events' encryption, AES-256 under the hash of
// the Encrypt Key (open.feishu.cn, "Encrypt Key 加密策略").
func blockOf(encryptKey string) (cipher.Block, error) {
	key := sha256.Sum256([]byte(encryptKey))
	return aes.NewCipher(key[:])
}

// signed tells whether signature = hex(sha256(timestamp + nonce + key + body))
// over the raw bytes of the body, in constant time.
func signed(signature, timestamp, nonce, encryptKey string, body []byte) bool {
	h := sha256.New()
	h.Write([]byte(timestamp))
	h.Write([]byte(nonce))
	h.Write([]byte(encryptKey))
	h.Write(body)
	var want [2 * sha256.Size]byte
	hex.Encode(want[:], h.Sum(nil))
	return subtle.ConstantTimeCompare(want[:], []byte(signature)) == 1
}

// decrypt opens base64(iv ‖ AES-256-CBC(PKCS#7(plain))).
func decrypt(block cipher.Block, sealed []byte) ([]byte, error) {
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(sealed)))
	n, err := base64.StdEncoding.Decode(raw, sealed)
	raw = raw[:n]
	if err != nil || len(raw) < 2*aes.BlockSize || len(raw)%aes.BlockSize != 0 {
		return nil, errDecrypt
	}
	plain := raw[aes.BlockSize:]
	cipher.NewCBCDecrypter(block, raw[:aes.BlockSize]).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > aes.BlockSize || pad > len(plain) {
		return nil, errDecrypt
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, errDecrypt
		}
	}
	return plain[:len(plain)-pad], nil
}

// same compares secrets in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
