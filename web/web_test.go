package web

import (
	"bytes"
	"io/fs"
	"math"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestStylesheetStaysSmall(t *testing.T) {
	t.Parallel()
	if n := len(read(t, "static/app.css")); n > 12<<10 {
		t.Errorf("app.css has %d bytes, at most %d are allowed", n, 12<<10)
	}
}

// tokens are the colours of a block of variables.
func tokens(block string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(block, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// luminance is WCAG's relative luminance.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("colour %q: %v", hex, err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestContrast(t *testing.T) {
	t.Parallel()
	css := read(t, "static/app.css")
	light, rest, found := strings.Cut(css, "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "\n}\n")
	if !found || len(tokens(light)) < 12 || len(tokens(light)) != len(tokens(dark)) {
		t.Fatalf("%d light and %d dark colours", len(tokens(light)), len(tokens(dark)))
	}
	pairs := [][2]string{
		{"g6", "g1"},
		{"g6", "g2"},
		{"g6", "g3"},
		{"g5", "g1"},
		{"g5", "g2"},
		{"g5", "g3"},
		{"g6", "accent-soft"},
		{"g5", "accent-soft"},
		{"accent", "g1"},
		{"accent", "g2"},
		{"accent", "accent-soft"},
		{"on-accent", "accent"},
		{"g1", "g6"},
		{"danger", "g1"},
		{"danger", "danger-soft"},
		{"warning", "warning-soft"},
		{"success", "success-soft"},
	}
	for name, block := range map[string]string{"light": light, "dark": dark} {
		colours := tokens(block)
		for _, p := range pairs {
			a, b := luminance(t, colours[p[0]]), luminance(t, colours[p[1]])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("%s: %s on %s has %.2f, want 4.5", name, p[0], p[1], ratio)
			}
		}
	}
}

func TestNothingFromElsewhereAndNothingInline(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|<script>|javascript:|src="https?:|href="https?:|@import|url\(`)
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if hit := inline.FindString(read(t, file)); hit != "" {
			t.Errorf("%s holds %q, which the CSP forbids", file, hit)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFormStates(t *testing.T) {
	t.Parallel()
	pages, err := NewPages()
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[FormState]string{
		FormOpen: "<form", FormDone: "已提交", FormExpired: "链接已失效", FormDenied: "无法打开", FormTrouble: "暂时不能提交",
	} {
		var b bytes.Buffer
		err := pages.Render(&b, "form.html", Form{
			Assets: "/static", Title: "提交线索", State: state, Notice: "请回到聊天里再要一个链接", Errors: []string{"电话少了一位"},
			Fields: []Field{
				{Name: "company", Label: "公司", Required: true, Value: `"><script>alert(1)</script>`},
				{Name: "phone", Label: "电话", Kind: "tel", Error: "电话少了一位", MaxLen: 20},
				{Name: "source", Label: "来源", Kind: "choice", Value: "expo", Choices: []Choice{{"expo", "展会"}}},
				{Name: "proof", Label: "凭证", Kind: "file", Accept: ".pdf"},
				{Name: "need", Label: "需求", Kind: "long"},
			},
		})
		got := b.String()
		if err != nil || !strings.Contains(got, want) || strings.Contains(got, "<script>") {
			t.Errorf("%s: %v\n%s", state, err, got)
		}
		if open := strings.Contains(got, "<form"); open != (state == FormOpen) {
			t.Errorf("%s shows a form: %v", state, open)
		}
		if state == FormOpen && (!strings.Contains(got, `aria-describedby="e-phone"`) || !strings.Contains(got, `id="e-phone"`)) {
			t.Error("the error is not tied to its field")
		}
	}
	if err := pages.Render(&bytes.Buffer{}, "none.html", nil); err == nil {
		t.Error("a page that does not exist was rendered")
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	h := Static("/x/static")
	get := func(path, etag string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		r.Header.Set("If-None-Match", etag)
		h.ServeHTTP(w, r)
		return w
	}
	first := get("/x/static/app.css", "")
	if first.Code != 200 || !strings.HasPrefix(first.Header().Get("Content-Type"), "text/css") {
		t.Errorf("stylesheet: %d %v", first.Code, first.Header())
	}
	if again := get("/x/static/app.css", first.Header().Get("ETag")); again.Code != 304 {
		t.Errorf("unchanged stylesheet: %d", again.Code)
	}
	for _, path := range []string{"/x/static/none.css", "/x/static/../templates/form.html", "/x/static/"} {
		if w := get(path, ""); w.Code == 200 {
			t.Errorf("%s was served", path)
		}
	}
}

func TestDict(t *testing.T) {
	t.Parallel()
	if _, err := dict("a"); err == nil {
		t.Error("half a pair was taken")
	}
	if _, err := dict(1, 2); err == nil {
		t.Error("a number was taken as a name")
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Guard(w.Header())
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("CSP is %q", csp)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("pages with tokens in their address may be stored")
	}
}
