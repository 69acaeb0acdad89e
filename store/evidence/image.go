package evidence

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	_ "image/gif"  // reads a picture's size
	_ "image/jpeg" // reads a picture's size
	_ "image/png"  // reads a picture's size
	"io"
)

// pixelsMax bounds a picture: small files can claim to be huge.
const pixelsMax = 40_000_000

// inspectImage walks through a picture's parts to its end. It unpacks nothing:
// 40 million points would fill the memory.
func inspectImage(kind string, f io.ReaderAt, size int64) error {
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, size), scanChunk)
	var err error
	switch kind {
	case kindJPG:
		err = walkJPEG(r)
	case kindPNG:
		err = walkPNG(r)
	case kindGIF:
		err = walkGIF(r)
	case kindWebP:
		return walkWebP(r, size)
	default:
		return walkHEIC(r, size)
	}
	if err != nil {
		return damaged(err)
	}
	c, _, err := image.DecodeConfig(io.NewSectionReader(f, 0, size))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return refuse(reasonDamaged)
	}
	if int64(c.Width)*int64(c.Height) > pixelsMax {
		return refuse(reasonLimit)
	}
	return nil
}

var errPart = errors.New("a part is not as it must be")

// damaged keeps a refusal that was made and makes one of everything else.
func damaged(err error) error {
	if made, ok := errors.AsType[*FileError](err); ok {
		return made
	}
	return refuse(reasonDamaged)
}

// walkJPEG goes from marker to marker until the end marker. One that stands in a
// preview inside is in a part that is skipped as a whole.
func walkJPEG(r *bufio.Reader) error {
	for {
		marker, err := nextMarker(r)
		if err != nil || marker == jpegEnd {
			return err
		}
		if err := skipSegment(r, marker); err != nil {
			return err
		}
	}
}

// jpegEnd is the marker at a picture's end.
const jpegEnd = 0xD9

// skipSegment skips what follows a marker. Some stand alone.
func skipSegment(r *bufio.Reader, marker byte) error {
	if marker == 0x01 || marker >= 0xD0 && marker <= 0xD8 {
		return nil
	}
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return err
	}
	n := int(binary.BigEndian.Uint16(length[:]))
	if n < 2 {
		return errPart
	}
	_, err := r.Discard(n - 2)
	return err
}

// nextMarker passes over compressed data, where 0xFF stands only before a zero.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		if _, err := r.ReadSlice(0xFF); errors.Is(err, bufio.ErrBufferFull) {
			continue
		} else if err != nil {
			return 0, err
		}
		c, err := r.ReadByte()
		for err == nil && c == 0xFF {
			c, err = r.ReadByte()
		}
		if err != nil || c != 0 {
			return c, err
		}
	}
}

// walkPNG checks every part's sum.
func walkPNG(r *bufio.Reader) error {
	if _, err := r.Discard(8); err != nil {
		return err
	}
	for data := false; ; {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		sum := crc32.NewIEEE()
		if _, err := sum.Write(head[4:]); err != nil {
			return err
		}
		if _, err := io.CopyN(sum, r, int64(binary.BigEndian.Uint32(head[:]))); err != nil {
			return err
		}
		var want [4]byte
		if _, err := io.ReadFull(r, want[:]); err != nil {
			return err
		}
		if binary.BigEndian.Uint32(want[:]) != sum.Sum32() {
			return errPart
		}
		switch string(head[4:]) {
		case "IDAT":
			data = true
		case "IEND":
			if !data {
				return errPart
			}
			return nil
		}
	}
}

// walkGIF goes from block to block. Without a single one it is a script that
// begins with the right letters.
func walkGIF(r *bufio.Reader) error {
	var head [13]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	if err := skipColours(r, head[10]); err != nil {
		return err
	}
	for blocks := 0; ; blocks++ {
		c, err := r.ReadByte()
		if err != nil {
			return err
		}
		switch c {
		case 0x3B:
			return nil
		case 0x21:
			_, err = r.Discard(1)
		case 0x2C:
			err = skipFrame(r)
		default:
			if blocks == 0 {
				return refuse(reasonType)
			}
			return errPart
		}
		if err := errors.Join(err, skipBlocks(r)); err != nil {
			return err
		}
	}
}

func skipFrame(r *bufio.Reader) error {
	var frame [9]byte
	if _, err := io.ReadFull(r, frame[:]); err != nil {
		return err
	}
	if err := skipColours(r, frame[8]); err != nil {
		return err
	}
	_, err := r.Discard(1)
	return err
}

func skipColours(r *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := r.Discard(3 << (flags&7 + 1))
	return err
}

func skipBlocks(r *bufio.Reader) error {
	for {
		n, err := r.ReadByte()
		if err != nil || n == 0 {
			return err
		}
		if _, err := r.Discard(int(n)); err != nil {
			return err
		}
	}
}

// walkWebP compares the length that the file claims.
func walkWebP(r *bufio.Reader, size int64) error {
	head, err := r.Peek(12)
	if err != nil || int64(binary.LittleEndian.Uint32(head[4:]))+8 > size {
		return refuse(reasonDamaged)
	}
	return nil
}

// walkHEIC goes from box to box: the last one must be whole.
func walkHEIC(r *bufio.Reader, size int64) error {
	for left := size; left > 0; {
		head, err := r.Peek(8)
		if err != nil {
			return refuse(reasonDamaged)
		}
		n := int64(binary.BigEndian.Uint32(head))
		switch n {
		case 0:
			return nil // to the end
		case 1:
			if head, err = r.Peek(16); err != nil {
				return refuse(reasonDamaged)
			}
			n = int64(binary.BigEndian.Uint64(head[8:]) & (1<<62 - 1))
		}
		if n < 8 || n > left || bytes.Equal(head[4:8], make([]byte, 4)) {
			return refuse(reasonDamaged)
		}
		if _, err := io.CopyN(io.Discard, r, n); err != nil {
			return refuse(reasonDamaged)
		}
		left -= n
	}
	return nil
}
