package wecomsim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	randomLen = 16 // random bytes in front of every plaintext
	lengthLen = 4
	padTo     = 32 // PKCS7 to 32 bytes, not to AES's 16
)

var (
	errCipherText = errors.New("not a ciphertext of this key")
	errReceiver   = errors.New("meant for another receiver")
	errSignature  = errors.New("wrong signature")
)

// sealer is the secret of one callback: an app's or the 智能机器人's.
type sealer struct {
	token    string
	key      []byte
	receiver string // the corp id; empty for the 智能机器人
}

// newSealer reads the 43 characters of an EncodingAESKey.
func newSealer(token, aesKey, receiver string) (sealer, error) {
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil {
		return sealer{}, fmt.Errorf("read the EncodingAESKey: %w", err)
	}
	if len(key) != 32 {
		return sealer{}, fmt.Errorf("read the EncodingAESKey: %d bytes instead of 32", len(key))
	}
	return sealer{token: token, key: key, receiver: receiver}, nil
}

// encrypt is a ciphertext with fresh random bytes.
func (k sealer) encrypt(plain []byte) (string, error) {
	var random [randomLen]byte
	_, _ = rand.Read(random[:]) // never fails, see crypto/rand
	return k.encryptWith(random, plain)
}

// encryptWith is base64(AES-256-CBC(random ‖ length ‖ plain ‖ receiver)), the
// IV being the first half of the key.
func (k sealer) encryptWith(random [randomLen]byte, plain []byte) (string, error) {
	if len(plain) > 1<<30 {
		return "", fmt.Errorf("encrypt %d bytes: too much for one message", len(plain))
	}
	data := slices.Clone(random[:])
	data = binary.BigEndian.AppendUint32(data, uint32(len(plain))) //nolint:gosec // bounded above
	data = append(data, plain...)
	data = append(data, k.receiver...)
	out, err := k.encryptBytes(data)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(out), nil
}

// encryptBytes pads and encrypts, as files of the 智能机器人 are.
func (k sealer) encryptBytes(data []byte) ([]byte, error) {
	block, err := aes.NewCipher(k.key)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	pad := padTo - len(data)%padTo
	out := slices.Clone(data)
	for range pad {
		out = append(out, byte(pad))
	}
	cipher.NewCBCEncrypter(block, k.key[:aes.BlockSize]).CryptBlocks(out, out)
	return out, nil
}

// decrypt opens what the hub has sealed.
func (k sealer) decrypt(encrypted string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errCipherText
	}
	block, err := aes.NewCipher(k.key)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	cipher.NewCBCDecrypter(block, k.key[:aes.BlockSize]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > padTo || pad > len(data)-randomLen-lengthLen {
		return nil, errCipherText
	}
	for _, b := range data[len(data)-pad:] {
		if int(b) != pad {
			return nil, errCipherText
		}
	}
	data = data[randomLen : len(data)-pad]
	size := uint64(binary.BigEndian.Uint32(data))
	data = data[lengthLen:]
	if size > uint64(len(data)) {
		return nil, errCipherText
	}
	if string(data[size:]) != k.receiver {
		return nil, errReceiver
	}
	return data[:size], nil
}

// sign is the msg_signature of a ciphertext.
func (k sealer) sign(timestamp, nonce, encrypted string) string {
	parts := []string{k.token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// open checks the signature of a ciphertext and decrypts it.
func (k sealer) open(signature, timestamp, nonce, encrypted string) ([]byte, error) {
	if subtle.ConstantTimeCompare([]byte(signature), []byte(k.sign(timestamp, nonce, encrypted))) != 1 {
		return nil, errSignature
	}
	return k.decrypt(encrypted)
}
