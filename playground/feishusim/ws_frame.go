package feishusim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

// frame is the protobuf message that the long connection carries.
type frame struct {
	seqID, logID uint64
	service      uint64
	method       uint64 // 0: control, 1: data
	headers      [][2]string
	payload      []byte
}

const (
	methodControl = 0
	methodData    = 1

	wireVarint = 0
	wireBytes  = 2
)

var errFrame = errors.New("truncated frame")

// header gives a frame's header, or "".
func (f *frame) header(name string) string {
	for _, h := range f.headers {
		if h[0] == name {
			return h[1]
		}
	}
	return ""
}

func (f *frame) number(name string) int {
	n, err := strconv.Atoi(f.header(name))
	if err != nil {
		return 0
	}
	return n
}

// encode writes a frame; the first four fields are required.
func (f *frame) encode() []byte {
	var b []byte
	for i, v := range []uint64{f.seqID, f.logID, f.service, f.method} {
		b = binary.AppendUvarint(b, uint64(i+1)<<3|wireVarint)
		b = binary.AppendUvarint(b, v)
	}
	for _, h := range f.headers {
		var pair []byte
		pair = appendBytes(pair, 1, []byte(h[0]))
		pair = appendBytes(pair, 2, []byte(h[1]))
		b = appendBytes(b, 5, pair)
	}
	return appendBytes(b, 8, f.payload)
}

func appendBytes(b []byte, field uint64, v []byte) []byte {
	b = binary.AppendUvarint(b, field<<3|wireBytes)
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// decodeFrame reads a frame; fields that it does not know are passed over.
func decodeFrame(b []byte) (*frame, error) {
	f := &frame{}
	err := eachField(b, func(field, n uint64, v []byte) error {
		switch field {
		case 1:
			f.seqID = n
		case 2:
			f.logID = n
		case 3:
			f.service = n
		case 4:
			f.method = n
		case 5:
			var h [2]string
			err := eachField(v, func(field, _ uint64, v []byte) error {
				if field == 1 || field == 2 {
					h[field-1] = string(v)
				}
				return nil
			})
			f.headers = append(f.headers, h)
			return err
		case 8:
			f.payload = v
		}
		return nil
	})
	return f, err
}

// eachField hands out the varint and byte fields of a protobuf message.
func eachField(b []byte, take func(field, n uint64, v []byte) error) error {
	for len(b) > 0 {
		key, used := binary.Uvarint(b)
		if used <= 0 {
			return errFrame
		}
		b = b[used:]
		n, used := binary.Uvarint(b)
		if used <= 0 {
			return errFrame
		}
		b = b[used:]
		var v []byte
		switch key & 7 {
		case wireVarint:
		case wireBytes:
			if n > uint64(len(b)) {
				return errFrame
			}
			v, b = b[:n], b[n:]
		default:
			return fmt.Errorf("wire type %d: %w", key&7, errFrame)
		}
		if err := take(key>>3, n, v); err != nil {
			return err
		}
	}
	return nil
}
