package feishusim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Encrypt gives the body of an encrypted push: {"encrypt":"…"}.
func (s *Server) Encrypt(plain []byte) []byte {
	var iv [aes.BlockSize]byte
	_, _ = rand.Read(iv[:]) // never fails, see crypto/rand
	return encryptWith(s.o.EncryptKey, iv, plain)
}

// encryptWith is AES-256-CBC with the key's SHA-256 and PKCS7, the IV in front.
func encryptWith(key string, iv [aes.BlockSize]byte, plain []byte) []byte {
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil // a 32-byte key is always right
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(slices.Clone(iv[:]), plain...)
	for range pad {
		data = append(data, byte(pad))
	}
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(data[aes.BlockSize:], data[aes.BlockSize:])
	body, err := json.Marshal(map[string]string{"encrypt": base64.StdEncoding.EncodeToString(data)})
	if err != nil {
		return nil // a map of strings always marshals
	}
	return body
}

// Sign is the value of X-Lark-Signature for a body as it travels.
func (s *Server) Sign(ts, nonce, body string) string {
	sum := sha256.Sum256([]byte(ts + nonce + s.o.EncryptKey + body))
	return hex.EncodeToString(sum[:])
}
