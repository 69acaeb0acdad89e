package evidence_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"genjin/store/evidence"
)

const mebibyte = 1 << 20

func newEvidence(tb testing.TB) (*evidence.Folder, string) {
	tb.Helper()
	dir := tb.TempDir()
	e, err := evidence.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e, dir
}

// onDisk lists what is under the evidence folder.
func onDisk(tb testing.TB, dir string) []string {
	tb.Helper()
	var all []string
	err := filepath.WalkDir(filepath.Join(dir, "evidence"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// reason is why a file was refused, "ok" when it was not.
func reason(tb testing.TB, err error) string {
	tb.Helper()
	var refused *evidence.FileError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused):
		return refused.Reason
	}
	return err.Error()
}

func TestEvidenceIsKeptByContent(t *testing.T) {
	t.Parallel()
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("会议纪要：客户预算五十万，下周二上门演示。")
	if err != nil {
		t.Fatal(err)
	}
	busy := bytes.Repeat([]byte("\x9c\x01/JS /JS\x00/XFA "), 20_000) // what packed bytes may hold by chance
	for name, c := range map[string]struct {
		data []byte
		kind string
	}{
		"纪要.docx":      {office(t, "word/document.xml"), "docx"},
		"报价.xlsx":      {office(t, "xl/workbook.xml"), "xlsx"},
		"方案.pptx":      {office(t, "ppt/presentation.xml", [2]string{"ppt/embeddings/Microsoft_Excel_Sheet.xlsx", "PK"}, [2]string{"ppt/media/image1.svg", "<svg/>"}), "pptx"},
		"odd order":    {zipOf(t, [2]string{"word/document.xml", "<w/>"}, [2]string{"[Content_Types].xml", "<Types/>"}), "docx"},
		"旧纪要.doc":      {ole("WordDocument", "1Table"), "doc"},
		"旧报价.xls":      {ole("Workbook"), "xls"},
		"旧方案.ppt":      {ole("Current User", "PowerPoint Document"), "ppt"},
		"金山.wps":       {ole("WordDocument"), "doc"},
		"合同.pdf":       {pdf(pdfCatalog), "pdf"},
		"扫描.pdf":       {pdf(pdfCatalog, pdfStream("/Filter /DCTDecode", busy)), "pdf"},
		"opens at 1":   {pdf("<< /Type /Catalog /OpenAction [3 0 R /FitH null] >>"), "pdf"},
		"objects.pdf":  {pdf(pdfCatalog, pdfStream("/Type /ObjStm /Filter /FlateDecode", deflated("<< /Type /Page /JSmooth true >>"))), "pdf"},
		"签字.jpg":       {jpegOf(t, 64), "jpg"},
		"camera.jpg":   {withPreview(t, jpegOf(t, 64)), "jpg"},
		"trailer.jpg":  {append(jpegOf(t, 64), "what phones add behind the end"...), "jpg"},
		"签字.png":       {pngOf(t, 64), "png"},
		"wrong name":   {pngOf(t, 32), "png"},
		"动图.gif":       {gifOf(t, 20, 20), "gif"},
		"a.webp":       {webp(), "webp"},
		"iphone.heic":  {heic(), "heic"},
		"笔记.txt":       {[]byte("会议纪要：客户同意方案\n"), "txt"},
		"notes.txt":    {[]byte("姓名\t职务\n张伟\t总经理\n"), "txt"},
		"gb18030.txt":  {[]byte(gb), "txt"},
		"名单.csv":       {[]byte("姓名,电话\n张伟,138\n李娜,139\n"), "csv"},
		"less than 1<": {[]byte("预算 < 50 万，毛利 > 30%\n"), "txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, dir := newEvidence(t)
			st, err := e.Put(t.Context(), bytes.NewReader(c.data), name, mebibyte)
			if err != nil || st.Type != c.kind || st.Size != int64(len(c.data)) || st.Media == "" {
				t.Fatalf("got %+v %v, want %s", st, err, c.kind)
			}
			again, err := e.Put(t.Context(), iotest.OneByteReader(bytes.NewReader(c.data)), "other name", mebibyte)
			if err != nil || again.SHA256 != st.SHA256 {
				t.Fatalf("the second time: %+v %v", again, err)
			}
			files := onDisk(t, dir)
			if len(files) != 1 || filepath.Base(files[0]) != st.SHA256 || filepath.Base(filepath.Dir(files[0])) != st.SHA256[:2] {
				t.Fatalf("on the disk: %v", files)
			}
			if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v %v", info.Mode(), err)
			}
			r, err := e.Open(st.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, c.data) {
				t.Errorf("read %d bytes, %v", len(got), err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEvidenceIsRefused(t *testing.T) {
	t.Parallel()
	photo, drawing := jpegOf(t, 64), pngOf(t, 64)
	bent := bytes.Clone(drawing)
	bent[len(bent)/2] ^= 1
	web := pdf("<< /Linearized 1 /L 99999 /H [ 1 2 ] >>", pdfCatalog)
	script := "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty.pdf":         {nil, "file_empty"},
		"bare.zip":          {zipOf(t, [2]string{"合同.pdf", "%PDF-1.7"}), "type_not_allowed"},
		"program.pdf":       {[]byte("MZ\x90\x00\x03\x00\x00\x00" + strings.Repeat("\x00", 200)), "type_not_allowed"},
		"script.txt":        {[]byte("#!/bin/sh\nrm -rf /\n"), "type_not_allowed"},
		"page.txt":          {[]byte("你好 <script>alert(1)</script>"), "type_not_allowed"},
		"page.html.":        {[]byte("你好"), "type_not_allowed"},
		"gpj.\u202Eexe":     {photo, "type_not_allowed"},
		"invoice.xml":       {[]byte("<?xml version=\"1.0\"?><a/>"), "type_not_allowed"},
		"macro.docx":        {office(t, "word/document.xml", [2]string{"word/vbaProject.bin", "x"}), "active_content"},
		"within.docx":       {office(t, "word/document.xml", [2]string{"word/a.zip", "x"}), "archive_limit"},
		"program.docx":      {office(t, "word/document.xml", [2]string{"word/a.EXE", "x"}), "type_not_allowed"},
		"windows path.docx": {office(t, "word/document.xml", [2]string{`..\..\x`, "x"}), "archive_path"},
		"root path.docx":    {office(t, "word/document.xml", [2]string{"/etc/x", "x"}), "archive_path"},
		"cut.docx":          {office(t, "word/document.xml")[:200], "file_damaged"},
		"bent.docx":         {bend(office(t, "word/document.xml"), "合同"), "file_damaged"},
		"bomb.docx":         {office(t, "word/document.xml", [2]string{"word/a.bin", strings.Repeat("\x00", 3*mebibyte)}), "archive_limit"},
		"password.docx":     {ole("EncryptionInfo", "EncryptedPackage"), "cannot_scan"},
		"macro.xls":         {ole("Workbook", "_VBA_PROJECT_CUR"), "active_content"},
		"installer.doc":     {ole("SummaryInformation"), "type_not_allowed"},
		"cut.pdf":           {pdf(pdfCatalog)[:40], "file_damaged"},
		"cut web.pdf":       {web, "file_damaged"},
		"launch.pdf":        {pdf("<< /Type /Catalog /OpenAction << /S /Launch /F (cmd.exe) >> >>"), "active_content"},
		"escaped.pdf":       {pdf("<< /Type /Catalog /OpenAction << /S /J#61vaScript /J#53 (x) >> >>"), "active_content"},
		"hidden.pdf":        {pdf(pdfCatalog, pdfStream("/Type /ObjStm /N 1 /Filter /FlateDecode", deflated("1 0 "+script))), "active_content"},
		"false stream.pdf":  {pdf("<< >>\nstream\n", script), "active_content"},
		"over a window.pdf": {pdf(strings.Repeat(" ", 64<<10-45)+script, pdfCatalog), "active_content"},
		"form.pdf":          {pdf("<< /AcroForm << /XFA 3 0 R >> >>"), "active_content"},
		"cut.png":           {drawing[:len(drawing)/2], "file_damaged"},
		"bent.png":          {bent, "file_damaged"},
		"cut photo.jpg":     {withPreview(t, photo)[:len(photo)], "file_damaged"},
		"huge.gif":          {hugeGIF(t), "archive_limit"},
		"cut.gif":           {gifOf(t, 20, 20)[:30], "file_damaged"},
		"cut.webp":          {webp()[:60], "file_damaged"},
		"cut.heic":          {heic()[:600], "file_damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, dir := newEvidence(t)
			_, err := e.Put(t.Context(), bytes.NewReader(c.data), name, 8*mebibyte)
			if got := reason(t, err); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if left := onDisk(t, dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// bend changes one byte of what an entry holds.
func bend(data []byte, near string) []byte {
	i := bytes.LastIndex(data, []byte("PK\x01\x02"))
	at := bytes.LastIndex(data[:i], []byte("PK\x07\x08"))
	data[at-3] ^= 0xFF
	_ = near
	return data
}

func hugeGIF(tb testing.TB) []byte {
	tb.Helper()
	g := gifOf(tb, 20, 20)
	g[7], g[9] = 0xFF, 0xFF // 65,300 points square, it claims
	return g
}

func TestEvidenceNeverLeavesItsFolder(t *testing.T) {
	t.Parallel()
	e, dir := newEvidence(t)
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	sha := strings.Repeat("ab", 32)
	if err := os.MkdirAll(filepath.Join(dir, "evidence", "ab"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "evidence", "ab", sha)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "../secret", "..", sha, strings.ToUpper(sha), strings.Repeat("0", 64)} {
		if r, err := e.Open(name); err == nil {
			t.Errorf("%q was opened: %v", name, r)
		}
	}
}

func TestEvidenceSweepsWhatBrokeOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "evidence")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"tmp-old": 11 * time.Minute, "tmp-new": time.Minute} {
		path := filepath.Join(folder, name)
		at := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := evidence.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if left := onDisk(t, dir); len(left) != 1 || filepath.Base(left[0]) != "tmp-new" {
		t.Errorf("left: %v", left)
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("合同", 60)
	for in, want := range map[string]string{
		"合同.pdf":                          "合同.pdf",
		"C:\\Users\\li\\合同 v2.pdf":        "合同 v2.pdf",
		"../../etc/passwd":                "passwd",
		"a\u202Egpj.exe":                  "agpj.exe",
		"a\u2028b\u2029c.txt":             "abc.txt",
		"..":                              "文件",
		"":                                "文件",
		" . ":                             "文件",
		"\xff\xfe.pdf":                    "pdf",
		"a.pdf\x00.exe":                   "a.pdf.exe",
		"`x`; \"y\".pdf":                  "`x` y.pdf",
		long + ".pdf":                     strings.Repeat("合同", 32) + "合.pdf",
		long:                              strings.Repeat("合同", 33),
		"a." + strings.Repeat("x", 300):   "a." + strings.Repeat("x", 198),
		strings.Repeat("a", 196) + ".pdf": strings.Repeat("a", 196) + ".pdf",
	} {
		if got := evidence.CleanName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		if got := evidence.CleanName(want); got != want {
			t.Errorf("%q: a clean name became %q", want, got)
		}
	}
}
