package playground

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"unicode/utf16"
)

// sample is a file on the shelf.
type sample struct {
	ID, Name, Label string
	Image           bool
	data            []byte
}

// newSamples makes the shelf: three proofs and one file that only pretends.
func newSamples() ([]sample, error) {
	signed, err := signedPage()
	if err != nil {
		return nil, err
	}
	return []sample{
		{ID: "needs", Name: "华东智造-需求纪要.pdf", Label: "需求纪要.pdf", data: pdf("华东智造 需求纪要", "一、希望三个月内上线 MES", "二、预算约 50 万，决策人张伟", "三、与现有 ERP 对接")},
		{ID: "proposal", Name: "华东智造-方案报价.pdf", Label: "方案报价.pdf", data: pdf("华东智造 MES 方案与报价", "一、范围：两条产线", "二、实施：十二周", "三、报价：见附表")},
		{ID: "visit", Name: "华东智造-高层拜访纪要.pdf", Label: "拜访纪要.pdf", data: pdf("高层拜访纪要", "参会：张伟 总经理、李娜 财务总监", "结论：同意进入商务谈判")},
		{ID: "signed", Name: "签字页.jpg", Label: "签字页照片.jpg", Image: true, data: signed},
		{ID: "wrong", Name: "方案报价（假）.pdf", Label: "假 PDF（其实是程序）", data: append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), make([]byte, 512)...)},
	}, nil
}

// pdf makes a one-page document; its first line is the title. The font is one
// that every reader with Chinese support has, so nothing is embedded.
func pdf(lines ...string) []byte {
	var page bytes.Buffer
	for i, line := range lines {
		size, y := 14, 740-32*i
		if i == 0 {
			size = 20
		}
		var hex bytes.Buffer
		for _, u := range utf16.Encode([]rune(line)) {
			fmt.Fprintf(&hex, "%04X", u)
		}
		fmt.Fprintf(&page, "BT /F1 %d Tf 72 %d Td <%s> Tj ET\n", size, y, hex.Bytes())
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 7 0 R >>",
		"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, 0, len(objects))
	for i, o := range objects {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return out.Bytes()
}

// signedPage draws a photo of a page with lines of text and a signature.
func signedPage() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 480, 640))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0xe8, 0xe2, 0xd6, 0xff}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(30, 24, 450, 616), image.NewUniform(color.RGBA{0xfd, 0xfc, 0xf9, 0xff}), image.Point{}, draw.Src)
	ink := image.NewUniform(color.RGBA{0x50, 0x54, 0x5c, 0xff})
	for i := range 12 {
		draw.Draw(img, image.Rect(64, 80+i*32, 416-(i*53)%120, 86+i*32), ink, image.Point{}, draw.Src)
	}
	pen := color.RGBA{0x1c, 0x3f, 0xa8, 0xff}
	for i := range 1400 {
		a := float64(i) / 1400
		x := 250 + int(150*a)
		y := 540 + int(26*math.Sin(a*22)*(1-a/2)+8*math.Sin(a*61))
		for d := range 9 {
			img.Set(x+d%3, y+d/3, pen)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("draw the signed page: %w", err)
	}
	return out.Bytes(), nil
}
