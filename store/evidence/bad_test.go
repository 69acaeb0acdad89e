package evidence_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"genjin/store/evidence"
)

// The cases of the list of bad inputs that a store can meet.
func TestEvidenceBadInputs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/evidence_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID       string `json:"id"`
		Expected struct {
			Effect string `json:"effect"`
			Reason string `json:"reason"`
		} `json:"expected"`
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 14 {
		t.Fatal(len(cases), err)
	}
	for _, c := range cases {
		run, ok := badInputs[c.ID]
		if !ok {
			t.Errorf("%s has no test", c.ID)
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			e, dir := newEvidence(t)
			run(t, e, dir, c.Expected.Reason)
			if left := onDisk(t, dir); c.Expected.Effect == "none" && c.ID != "EF-24" && len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// badInput plays one case; want is the reason that the list names.
type badInput func(t *testing.T, e *evidence.Folder, dir, want string)

// put is a case of one file.
func put(name string, data func(tb testing.TB) []byte) badInput {
	return func(t *testing.T, e *evidence.Folder, _, want string) {
		t.Helper()
		_, err := e.Put(t.Context(), bytes.NewReader(data(t)), name, 20*mebibyte)
		if got := reason(t, err); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

var badInputs = map[string]badInput{
	"EF-02": put("logo.txt", func(testing.TB) []byte { return []byte("<svg onload=alert(1)>") }),
	"EF-04": func(t *testing.T, e *evidence.Folder, dir, want string) {
		t.Helper()
		put("a.gif", func(testing.TB) []byte { return append(gifOf(t, 0x2a2f, 1), "*/=1;alert(1)"...) })(t, e, dir, want)
		put("a.gif", func(testing.TB) []byte { return []byte("GIF89a/*...*/=1;alert(1)") })(t, e, dir, "type_not_allowed")
	},
	"EF-06": put("bomb.zip", bomb),
	"EF-08": put("slip.zip", slip),
	"EF-10": put("many.zip", manyEntries),
	"EF-12": func(t *testing.T, e *evidence.Folder, dir, want string) {
		t.Helper()
		put("a.pdf", func(testing.TB) []byte {
			return bytes.Replace(pdf(pdfCatalog), []byte("/Root"), []byte("/Encrypt 9 0 R /Root"), 1)
		})(t, e, dir, want)
		put("a.zip", encryptedZip)(t, e, dir, want)
	},
	"EF-14": put("a.jpg", halfPhoto),
	"EF-16": func(t *testing.T, e *evidence.Folder, dir, want string) {
		t.Helper()
		data := bytes.Repeat([]byte("a"), mebibyte)
		if _, err := e.Put(t.Context(), bytes.NewReader(append(data, 'a')), "a.txt", mebibyte); reason(t, err) != want {
			t.Errorf("one byte over: got %v", err)
		}
		if left := onDisk(t, dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		other, _ := newEvidence(t)
		if _, err := other.Put(t.Context(), bytes.NewReader(data), "a.txt", mebibyte); err != nil {
			t.Errorf("at the limit: got %v", err)
		}
	},
	"EF-18": named("a\r\nSet-Cookie: x=1\".pdf", "aSet-Cookie x=1.pdf"),
	"EF-20": named(strings.Repeat("合同", 50)+".pdf", strings.Repeat("合同", 32)+"合.pdf"),
	"EF-22": put("invoice.pdf.exe", func(testing.TB) []byte { return pdf(pdfCatalog) }),
	"EF-24": flipped,
	"EF-28": func(t *testing.T, e *evidence.Folder, _, _ string) {
		t.Helper()
		broken := io.MultiReader(strings.NewReader("%PDF-1.7 half a file"), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := e.Put(t.Context(), broken, "a.pdf", mebibyte); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := e.Put(ctx, strings.NewReader("text"), "a.txt", mebibyte); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	},
	"EF-30": put("a.pdf", func(testing.TB) []byte {
		return pdf("<< /Type /Catalog /OpenAction << /S /JavaScript /JS (x) >> >>")
	}),
}

// named is a case of a name that is made fit, and the file taken in.
func named(name, want string) badInput {
	return func(t *testing.T, e *evidence.Folder, _, _ string) {
		t.Helper()
		st, err := e.Put(t.Context(), bytes.NewReader(pdf(pdfCatalog)), name, mebibyte)
		if err != nil || st.Name != want || len(st.Name) > 200 {
			t.Errorf("got %q %v, want %q", st.Name, err, want)
		}
	}
}

// flipped changes one byte on the disk: not one byte of the file leaves.
func flipped(t *testing.T, e *evidence.Folder, dir, _ string) {
	t.Helper()
	st, err := e.Put(t.Context(), bytes.NewReader(pdf(pdfCatalog)), "a.pdf", mebibyte)
	if err != nil {
		t.Fatal(err)
	}
	path := onDisk(t, dir)[0]
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[20] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := e.Open(st.SHA256); !errors.Is(err, evidence.ErrHashMismatch) || r != nil {
		t.Errorf("got %v %v", r, err)
	}
	if err := e.Verify(st.SHA256); !errors.Is(err, evidence.ErrHashMismatch) {
		t.Errorf("got %v", err)
	}
	// The same file sent again heals it.
	if _, err := e.Put(t.Context(), bytes.NewReader(pdf(pdfCatalog)), "a.pdf", mebibyte); err != nil || e.Verify(st.SHA256) != nil {
		t.Errorf("got %v %v", err, e.Verify(st.SHA256))
	}
}

func slip(tb testing.TB) []byte {
	tb.Helper()
	return zipOf(tb, [2]string{"../../etc/cron.d/x", "* * * * * root x"})
}

func halfPhoto(tb testing.TB) []byte {
	tb.Helper()
	p := jpegOf(tb, 300)
	return p[:len(p)/2]
}
