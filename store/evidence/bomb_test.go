package evidence_test

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"genjin/store/evidence"
)

// The big samples are made once.
var (
	bomb        = once(makeBomb)
	manyEntries = once(makeManyEntries)
	zeros       = make([]byte, mebibyte)
)

func once(build func() ([]byte, error)) func(testing.TB) []byte {
	get := sync.OnceValues(build)
	return func(tb testing.TB) []byte {
		tb.Helper()
		b, err := get()
		if err != nil {
			tb.Fatal(err)
		}
		return bytes.Clone(b)
	}
}

// makeBomb makes 100 MiB of zeros in about 100 KiB.
func makeBomb() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("zeros.bin")
	if err != nil {
		return nil, err
	}
	for range 100 {
		if _, err := f.Write(zeros); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

// makeManyEntries makes an archive of 100,000 empty files.
func makeManyEntries() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 100_000 {
		if _, err := w.CreateRaw(&zip.FileHeader{Name: strconv.Itoa(i)}); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// lyingEntries is the same, and says at its end that it has but a few.
func lyingEntries(tb testing.TB) []byte {
	tb.Helper()
	b := manyEntries(tb)
	end := bytes.LastIndex(b, []byte("PK\x05\x06"))
	copy(b[end+8:], []byte{7, 0, 7, 0})
	return b
}

// encryptedZip has a password: only the mark of it is needed.
func encryptedZip(tb testing.TB) []byte {
	tb.Helper()
	b := zipOf(tb, [2]string{"合同.pdf", "secret"})
	b[6] |= 1
	b[bytes.Index(b, []byte("PK\x01\x02"))+8] |= 1
	return b
}

// overlapping is an archive whose entries all are the same bytes.
func overlapping(tb testing.TB) []byte {
	tb.Helper()
	one := bomb(tb)
	dir := bytes.LastIndex(one, []byte("PK\x01\x02"))
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	entry := one[dir:end]
	b := bytes.Join([][]byte{one[:dir], bytes.Repeat(entry, 900), one[end:]}, nil)
	tail := b[len(b)-22:]
	tail[8], tail[9], tail[10], tail[11] = 900&0xFF, 900>>8, 900&0xFF, 900>>8
	size := 900 * len(entry)
	tail[12], tail[13], tail[14], tail[15] = byte(size), byte(size>>8), byte(size>>16), byte(size>>24)
	return b
}

// objectBomb is a PDF whose objects unpack to 70 MiB.
func objectBomb(testing.TB) []byte {
	return pdf(pdfCatalog, pdfStream("/Type /ObjStm /Filter /FlateDecode", deflated(strings.Repeat(string(zeros), 70))))
}

const bombDir = "GENJIN_BOMB_DIR"

// A bomb must not take memory. That is measured in a process of its own: in
// this one other tests run.
func TestBombsTakeNoMemory(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv(bombDir); dir != "" {
		sendBombs(t, dir)
		return
	}
	dir := t.TempDir()
	for name, data := range map[string]func(testing.TB) []byte{
		"zeros.zip": bomb, "many.zip": manyEntries, "lying.zip": lyingEntries, "overlapping.docx": overlapping, "objects.pdf": objectBomb,
	} {
		if err := os.WriteFile(dir+"/"+name, data(t), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBombsTakeNoMemory$", "-test.v")
	cmd.Env = append(os.Environ(), bombDir+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Count(out, []byte("refused")) != 5 {
		t.Errorf("%v\n%s", err, out)
	}
}

func sendBombs(t *testing.T, dir string) {
	t.Helper()
	e, _ := newEvidence(t)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		f, err := os.Open(dir + "/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		before := peak(t)
		_, err = e.Put(t.Context(), f, entry.Name(), 100*mebibyte)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		grown := peak(t) - before
		t.Logf("%s refused: %s, %d KiB", entry.Name(), reason(t, err), grown)
		if got := reason(t, err); got != "archive_limit" || grown > 32<<10 {
			t.Errorf("%s: got %s, and the process grew by %d KiB", entry.Name(), got, grown)
		}
	}
}

// peak is the most memory this process ever had, in KiB.
func peak(tb testing.TB) int {
	tb.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Skip("reason: this system does not tell a process's peak memory")
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func FuzzInspect(f *testing.F) {
	for _, seed := range [][]byte{
		office(f, "word/document.xml"), zipOf(f, [2]string{"../x", "y"}), ole("WordDocument"), ole("Workbook", "EncryptedPackage"),
		pdf(pdfCatalog, pdfStream("/Type /ObjStm /Filter /FlateDecode", deflated("<< /JS (x) >>"))), jpegOf(f, 8), pngOf(f, 8), gifOf(f, 8, 8),
		webp(), heic(), []byte("text"), []byte("a,b\nc,d\n"), encryptedZip(f),
	} {
		f.Add(seed, "a.pdf")
	}
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		media, kind, err := evidence.Inspect(data, name)
		if got := reason(t, err); got != "ok" {
			if strings.Contains(got, " ") {
				t.Errorf("an error that is no refusal: %s", got)
			}
			return
		}
		clean := evidence.CleanName(name)
		if media == "" || kind == "" || len(clean) > 200 || evidence.CleanName(clean) != clean {
			t.Errorf("kept as %q %q %q", media, kind, clean)
		}
	})
}
