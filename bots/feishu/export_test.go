package feishu

// Decrypt and Signed are shown to the tests of the documented vectors.
func Decrypt(key, sealed string) ([]byte, error) {
	block, err := blockOf(key)
	if err != nil {
		return nil, err
	}
	return decrypt(block, []byte(sealed))
}

// Signed tells whether a signature is right.
func Signed(signature, timestamp, nonce, key string, body []byte) bool {
	return signed(signature, timestamp, nonce, key, body)
}
