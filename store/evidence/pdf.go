package evidence

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
)

const (
	pdfWindow   = 64 << 10
	pdfDict     = 4 << 10 // how long the dictionary before a stream may be
	pdfWord     = 64      // longer than any word, even with every letter escaped
	pdfInflated = 64 << 20
)

// inspectPDF reads a PDF through: its end must be there, and nothing that acts
// on opening or hides its content. It looks at what stands between the streams,
// into the streams that hold objects, and over all others; it follows no table,
// so that no table can lead it past anything.
func inspectPDF(f io.ReaderAt, size int64) error {
	if err := pdfEnded(f, size); err != nil {
		return err
	}
	p := pdf{f: f, size: size, unpacked: pdfInflated, packed: 4*size + pdfWindow}
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 2*pdfWindow)
	for p.at < size {
		w, err := r.Peek(pdfWindow)
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return fmt.Errorf("evidence: %w", err)
		}
		n, err := p.step(w, last)
		if err != nil {
			return err
		}
		if _, err := r.Discard(n); err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		p.at += int64(n)
	}
	switch {
	case p.encrypted:
		return refuse(reasonScan)
	case p.active:
		return refuse(reasonActive)
	}
	return nil
}

// pdfEnded looks for the end: in a file made for the web there is an end mark
// near the start too, and it says how long the whole is.
func pdfEnded(f io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, pdfWindow))
	head := make([]byte, min(size, 1<<10))
	_, err1 := f.ReadAt(tail, size-int64(len(tail)))
	_, err2 := f.ReadAt(head, 0)
	for _, err := range []error{err1, err2} {
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("evidence: %w", err)
		}
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return refuse(reasonDamaged)
	}
	_, linear, _ := bytes.Cut(head, []byte("/Linearized"))
	_, length, _ := bytes.Cut(linear, []byte("/L "))
	digits, _, _ := bytes.Cut(bytes.TrimLeft(length, " "), []byte("/"))
	if n, err := strconv.ParseInt(string(bytes.TrimSpace(digits)), 10, 64); err == nil && n > size {
		return refuse(reasonDamaged)
	}
	return nil
}

// pdf is a PDF being looked through.
type pdf struct {
	f        io.ReaderAt
	size, at int64
	inStream bool
	packed   int64 // bytes of object streams that may still be read
	unpacked int64 // and what may come of them
	inflate  io.ReadCloser

	encrypted, active bool
}

// step looks at a window and says how much of it is done with.
func (p *pdf) step(w []byte, last bool) (int, error) {
	if p.inStream {
		if i := bytes.Index(w, []byte("endstream")); i >= 0 {
			p.look(w[:i], false)
			p.inStream = false
			return i + len("endstream"), nil
		}
		p.look(w, false)
		return rest(w, pdfWord, last), nil
	}
	i := streamWord(w)
	if i < 0 {
		if last {
			w = append(bytes.Clone(w), '\n') // no name goes on behind the end
			p.look(w, true)
			return len(w) - 1, nil
		}
		p.look(w, true)
		return rest(w, pdfDict, last), nil
	}
	p.look(w[:i], true)
	p.inStream = true
	begin := i + len("stream")
	if holdsObjects(w[:i]) {
		if err := p.objects(p.at + int64(begin)); err != nil {
			return 0, err
		}
	}
	return begin, nil
}

// rest is how much of a window is done with when its end is to be seen again.
func rest(w []byte, again int, last bool) int {
	if last {
		return len(w)
	}
	return len(w) - again
}

// streamWord finds the word after which a stream's bytes begin.
func streamWord(w []byte) int {
	for at := 0; ; {
		i := bytes.Index(w[at:], []byte("stream"))
		if i < 0 || at+i+6 >= len(w) {
			return -1
		}
		i += at
		if c := w[i+6]; (c == '\r' || c == '\n') && bytes.HasSuffix(bytes.TrimRight(w[:i], " \t\r\n\x00\f"), []byte(">>")) {
			return i
		}
		at = i + 6
	}
}

// holdsObjects reads the dictionary that ends there.
func holdsObjects(before []byte) bool {
	dict := before[max(0, len(before)-pdfDict):]
	if i := bytes.LastIndex(dict, []byte(" obj")); i >= 0 {
		dict = dict[i:]
	}
	return hasName(unescapeNames(dict), "/ObjStm")
}

// objects unpacks a stream that holds objects and looks at them. One that does
// not unpack is no stream of objects to a reader either.
func (p *pdf) objects(begin int64) error {
	from := &boundedReaderAt{r: p.f, left: p.packed}
	packed := bufio.NewReaderSize(io.NewSectionReader(from, begin, p.size-begin), 4<<10)
	defer func() { p.packed = from.left }()
	for {
		c, err := packed.ReadByte()
		if err != nil {
			return from.limit()
		}
		if c != '\r' && c != '\n' {
			break
		}
	}
	if err := packed.UnreadByte(); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	if err := p.reset(packed); err != nil {
		return from.limit()
	}
	buf, kept := make([]byte, pdfWindow), 0
	for {
		n, err := io.ReadFull(p.inflate, buf[kept:])
		p.look(append(buf[:kept+n:kept+n], '\n'), true)
		if p.unpacked -= int64(n); p.unpacked < 0 {
			return refuse(reasonLimit)
		}
		if err != nil {
			return from.limit()
		}
		kept = copy(buf, buf[len(buf)-pdfWord:])
	}
}

// reset takes up another stream with the same unpacker.
func (p *pdf) reset(r io.Reader) error {
	if again, ok := p.inflate.(zlib.Resetter); ok {
		return again.Reset(r, nil)
	}
	var err error
	p.inflate, err = zlib.NewReader(r)
	return err
}

// look searches for words. between says that it is the text of objects, not the
// packed bytes of a stream, where short words stand by chance.
func (p *pdf) look(w []byte, between bool) {
	if between {
		w = unescapeNames(w)
		p.encrypted = p.encrypted || hasName(w, "/Encrypt")
		for _, word := range pdfShortActions {
			p.active = p.active || hasName(w, word)
		}
	}
	for _, word := range pdfActions {
		p.active = p.active || hasName(w, word)
	}
}

// hasName finds a PDF name that is not the beginning of a longer one. At the
// very end nobody knows: the next window shows it again.
func hasName(w []byte, name string) bool {
	for {
		i := bytes.Index(w, []byte(name))
		if i < 0 || i+len(name) == len(w) {
			return false
		}
		if w = w[i+len(name):]; !isNameByte(w[0]) {
			return true
		}
	}
}

func isNameByte(c byte) bool {
	return c > ' ' && c < 0x7F && !bytes.ContainsRune([]byte("()<>[]{}/%"), rune(c))
}

// unescapeNames turns #4A into J: a name may be written so.
func unescapeNames(w []byte) []byte {
	if !bytes.Contains(w, []byte("#")) {
		return w
	}
	out := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if c, err := strconv.ParseUint(string(w[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(c))
				i += 2
				continue
			}
		}
		out = append(out, w[i])
	}
	return out
}
