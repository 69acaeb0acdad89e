package wecom

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"slices"
)

const (
	// padTo is the block that the platform pads to: twice the cipher's own.
	padTo = 32
	// saltSize is the random prefix of a plaintext, lenSize its length field.
	saltSize, lenSize = 16, 4
	// aesKeyLen is the length of an EncodingAESKey: base64 without its "=".
	aesKeyLen = 43
)

// errDecrypt is the one answer to everything that does not decrypt: telling
// apart why would help only an attacker.
var errDecrypt = errors.New("does not decrypt")

// errReceiver is a push that was made for somebody else.
var errReceiver = errors.New("made for another receiver")

// Crypt checks, opens and seals what passes between the platform and one
// address of the hub (developer.work.weixin.qq.com, 加解密方案说明).
type Crypt struct {
	token    string
	block    cipher.Block
	iv       []byte
	receiver string
}

// NewCrypt makes a Crypt of an address's Token and EncodingAESKey. The receiver
// is who its pushes are made for: the company's id for an app, empty for a
// 智能机器人.
func NewCrypt(token, aesKey, receiver string) (*Crypt, error) {
	if token == "" {
		return nil, errors.New("the token is empty")
	}
	if len(aesKey) != aesKeyLen {
		return nil, errors.New("an EncodingAESKey has 43 characters")
	}
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil || len(key) != 2*aes.BlockSize {
		return nil, errors.New("the EncodingAESKey is not base64") // the cause would show a part of it
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errors.New("the EncodingAESKey is no key")
	}
	return &Crypt{token: token, block: block, iv: key[:aes.BlockSize], receiver: receiver}, nil
}

// Sign gives the signature of a sealed text:
// hex(sha1(sorted(token, timestamp, nonce, sealed))).
func (c *Crypt) Sign(timestamp, nonce, sealed string) string {
	parts := []string{c.token, timestamp, nonce, sealed}
	slices.Sort(parts)
	h := sha1.New()
	for _, p := range parts {
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Verify tells, in constant time, whether a signature is that of a sealed text.
func (c *Crypt) Verify(signature, timestamp, nonce, sealed string) bool {
	return subtle.ConstantTimeCompare([]byte(c.Sign(timestamp, nonce, sealed)), []byte(signature)) == 1
}

// Open gives what is in a sealed text:
// base64(AES-256-CBC(salt ‖ length ‖ text ‖ receiver ‖ padding)).
func (c *Crypt) Open(sealed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < padTo || len(raw)%aes.BlockSize != 0 {
		return nil, errDecrypt
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(raw, raw)
	body, ok := unpad(raw)
	if !ok || len(body) < saltSize+lenSize {
		return nil, errDecrypt
	}
	size, body := binary.BigEndian.Uint32(body[saltSize:]), body[saltSize+lenSize:]
	if uint64(size) > uint64(len(body)) {
		return nil, errDecrypt
	}
	if subtle.ConstantTimeCompare(body[size:], []byte(c.receiver)) != 1 {
		return nil, errReceiver
	}
	return body[:size:size], nil
}

// Seal makes a sealed text, the reverse of [Crypt.Open]. The salt must be random
// for each.
func (c *Crypt) Seal(plain []byte, salt [saltSize]byte) string {
	out := make([]byte, 0, saltSize+lenSize+len(plain)+len(c.receiver)+padTo)
	out = append(out, salt[:]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(plain)&math.MaxUint32))
	out = append(append(out, plain...), c.receiver...)
	pad := padTo - len(out)%padTo
	out = append(out, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(out, out)
	return base64.StdEncoding.EncodeToString(out)
}

// unpad takes a padding of 1 to 32 bytes off, each of which holds their number.
func unpad(padded []byte) ([]byte, bool) {
	if len(padded) == 0 {
		return nil, false
	}
	pad := int(padded[len(padded)-1])
	if pad == 0 || pad > padTo || pad > len(padded) {
		return nil, false
	}
	body := padded[:len(padded)-pad]
	for _, b := range padded[len(body):] {
		if int(b) != pad {
			return nil, false
		}
	}
	return body, true
}
