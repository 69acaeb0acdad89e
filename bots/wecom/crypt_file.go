package wecom

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io"
)

// decryptFile reads a file that was sent to the 智能机器人, whose content is
// encrypted with the key of its address and has no salt, length or receiver. It
// holds one piece at a time, so that the file's size does not matter; whether
// its end is whole is known only at the end.
func (c *Crypt) decryptFile(r io.Reader) io.Reader {
	return &fileReader{from: r, mode: cipher.NewCBCDecrypter(c.block, c.iv), buf: make([]byte, 32<<10)}
}

// fileReader keeps the last bytes back, since they may be padding.
type fileReader struct {
	from  io.Reader
	mode  cipher.BlockMode
	buf   []byte // its length is a multiple of the padding's
	kept  int    // bytes at the end of buf that are decrypted and were not given out
	ready []byte // in buf: decrypted, to be given out
	err   error
}

// Read implements [io.Reader].
func (f *fileReader) Read(p []byte) (int, error) {
	if len(f.ready) == 0 && f.err == nil {
		f.fill()
	}
	if len(f.ready) == 0 {
		return 0, f.err
	}
	n := copy(p, f.ready)
	f.ready = f.ready[n:]
	return n, nil
}

// fill reads the next piece and makes ready all but what may be padding.
func (f *fileReader) fill() {
	copy(f.buf, f.buf[len(f.buf)-f.kept:])
	n, err := readAll(f.from, f.buf[f.kept:])
	if err != nil && !errors.Is(err, io.EOF) { // a cut would look like a wrong padding
		f.err = err
		return
	}
	fresh, all := f.buf[f.kept:f.kept+n], f.buf[:f.kept+n]
	if n%aes.BlockSize != 0 {
		f.err = errDecrypt
		return
	}
	f.mode.CryptBlocks(fresh, fresh)
	if err == nil {
		f.kept = padTo
		f.ready = all[:len(all)-padTo]
		return
	}
	body, ok := unpad(all)
	if !ok {
		f.err = errDecrypt
		return
	}
	f.ready, f.err = body, io.EOF
}

// readAll fills p, or says why not; unlike [io.ReadFull] it keeps the end of r
// apart from a cut.
func readAll(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}
