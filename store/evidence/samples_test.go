package evidence_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

// Files as people send them, made here.

func zipOf(tb testing.TB, entries ...[2]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.Create(e[0])
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(f, e[1]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// office is an office file of today with this main part.
func office(tb testing.TB, part string, more ...[2]string) []byte {
	tb.Helper()
	return zipOf(tb, append([][2]string{{"[Content_Types].xml", "<Types/>"}, {"_rels/.rels", "<Relationships/>"}, {part, "<w:document>合同</w:document>"}}, more...)...)
}

// ole is an office file of old with these streams.
func ole(streams ...string) []byte {
	b := make([]byte, 1024+512*((len(streams)+4)/4))
	copy(b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	copy(b[24:], []byte{0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0})
	binary.LittleEndian.PutUint32(b[44:], 1)
	binary.LittleEndian.PutUint32(b[48:], 1) // directory in sector 1
	binary.LittleEndian.PutUint32(b[76:], 0)
	for i, name := range append([]string{"Root Entry"}, streams...) {
		e := b[1024+128*i:]
		units := utf16.Encode([]rune(name))
		for j, u := range units {
			binary.LittleEndian.PutUint16(e[2*j:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(units)+2))
		if e[66] = 2; i == 0 {
			e[66] = 5
		}
	}
	return b
}

// pdf is a PDF with these objects.
func pdf(objects ...string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n")
	return []byte(b.String())
}

func pdfStream(dict string, data []byte) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\r\n%s\nendstream", dict, len(data), data)
}

func deflated(s string) []byte {
	var b bytes.Buffer
	w, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

const pdfCatalog = "<< /Type /Catalog /Pages 2 0 R >>"

// picture is a photo with enough noise to have a size.
func picture(side int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
	}
	return m
}

func jpegOf(tb testing.TB, side int) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(side), nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// withPreview puts a small picture into a photo's head, as cameras do.
func withPreview(tb testing.TB, photo []byte) []byte {
	tb.Helper()
	small := append([]byte("Exif\x00\x00"), jpegOf(tb, 16)...)
	head := []byte{0xFF, 0xD8, 0xFF, 0xE1, byte((len(small) + 2) >> 8), byte(len(small) + 2)}
	return bytes.Join([][]byte{head, small, photo[2:]}, nil)
}

func pngOf(tb testing.TB, side int) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(side)); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(tb testing.TB, width, height int) []byte {
	tb.Helper()
	var b bytes.Buffer
	m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White})
	if err := gif.Encode(&b, m, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func webp() []byte {
	b := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), make([]byte, 100)...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func heic() []byte {
	b := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	return append(b, append([]byte("\x00\x00\x04\x08mdat"), make([]byte, 1024)...)...)
}
