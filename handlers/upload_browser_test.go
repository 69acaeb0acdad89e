package handlers

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestUploadInBrowser uploads as a person does: a wrong file first, which the page
// explains, then the right one.
func TestUploadInBrowser(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.deal("华东智能制造集团股份有限公司上海分公司（临港）", "128万")
	path := linkIn(t, d.says(li, "推进 #2 需求确认").text)
	srv := httptest.NewServer(d.routes)
	t.Cleanup(srv.Close)
	ctx := chromium(t)
	read := func(part string) string {
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("`+part+`")].filter(e => e.offsetParent).map(e => e.innerText).join("\n")`))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	choose := func(name, content, part, want string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(chromedp.Do(ctx, chromedp.SetUploadFiles("#f-file", []string{file})), chromedp.Do(ctx, chromedp.Click("#send"))); err != nil {
			t.Fatal(err)
		}
		text := ""
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if text = read(part); strings.Contains(text, want) {
				return
			}
		}
		t.Fatalf("%s shows %q, want %q; the page:\n%s", part, text, want, read("body"))
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+path)); err != nil {
		t.Fatal(err)
	}
	if text := read("#page"); !strings.Contains(text, "拍照") || !strings.Contains(text, "初步接触 → 需求确认") || strings.Contains(text, "或者拍照") {
		t.Errorf("the page:\n%s", text)
	}
	if wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)); err != nil || wide > 360 {
		t.Errorf("%d pixels wide: %v", wide, err)
	}
	choose("x.exe", "MZ\x90\x00\x03", "#wrong", "不支持这种类型")
	look(ctx, t, "open")
	choose("纪要.pdf", aPDF, "#over", "已推进")
	look(ctx, t, "done")
	if text := read("#page"); strings.Contains(text, "选择文件") || d.stage(2) != "needs" {
		t.Errorf("%s, the page:\n%s", d.stage(2), text)
	}
}

// chromium starts a browser of a phone's size.
func chromium(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute), chromedp.Flag("lang", "zh-CN"),
	), chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(stop)
	switch err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 780)); {
	case errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") == "":
		t.Skip("reason: no Chromium on this machine")
	case err != nil:
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// look takes a picture of the page where GENJIN_SHOTS names a folder for it.
func look(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("GENJIN_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "upload-"+name+".png"), picture, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}
