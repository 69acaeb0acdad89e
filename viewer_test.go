package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"genjin/store"
)

// viewer is a person in front of the playground: a headless Chromium that is
// moved by mouse and keyboard only, and read by what stands on the screen.
type viewer struct {
	t      *testing.T
	w      *world
	ctx    context.Context //nolint:containedctx // the browser's own, for the length of one test
	errors *lockedBuffer   // what the page complains about
}

// newViewer starts the browser; it ends with the test.
func newViewer(t *testing.T, w *world) *viewer {
	t.Helper()
	v := &viewer{t: t, w: w, errors: &lockedBuffer{}}
	options := []chromedp.ExecAllocatorOption{
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 900), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(patience), chromedp.Flag("lang", "zh-CN"),
	}
	if os.Getenv(shotEnv) != "" {
		options = append(options, chromedp.Env("XDG_CONFIG_HOME="+uiFont(t)))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(options...), chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(stop)
	v.ctx = ctx
	switch err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); {
	case errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") == "":
		t.Skip("reason: no Chromium on this machine")
	case err != nil:
		t.Fatalf("start Chromium: %v", err)
	}
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			fmt.Fprintln(v.errors, m) //nolint:errcheck // a buffer takes everything
		}
	}()
	return v
}

// open goes to a page.
func (v *viewer) open(path string) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, chromedp.Navigate(v.w.base+path)); err != nil {
		v.t.Fatalf("open %s: %v", path, err)
	}
}

// js asks the page something. A page that is just being left has no answer yet.
func js[T any](v *viewer, script string, args ...any) (T, error) {
	quoted := make([]any, 0, len(args))
	for _, a := range args {
		text, err := json.Marshal(a)
		if err != nil {
			v.t.Fatal(err)
		}
		quoted = append(quoted, string(text))
	}
	return chromedp.Run(v.ctx, chromedp.Evaluate[T](fmt.Sprintf(script, quoted...)))
}

// text is what can be read in a part of the page.
func (v *viewer) text(part string) string {
	text, err := js[string](v, `document.querySelector(%s)?.innerText ?? ""`, part)
	if err != nil && v.ctx.Err() != nil {
		v.t.Fatalf("read %s: %v", part, err)
	}
	return text
}

// until waits for something to be so.
func (v *viewer) until(so func() bool) bool {
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if so() {
			return true
		}
		if time.Now().After(end) || v.ctx.Err() != nil {
			return false
		}
	}
}

// sees waits until all the words can be read in a part of the page.
func (v *viewer) sees(part string, words ...string) {
	v.t.Helper()
	text := ""
	if !v.until(func() bool {
		text = v.text(part)
		for _, word := range words {
			if !strings.Contains(text, word) {
				return false
			}
		}
		return true
	}) {
		v.t.Fatalf("%s does not show %q; there is:\n%s", part, words, text)
	}
}

// gone waits until a word can be read in a part of the page no more.
func (v *viewer) gone(part, word string) {
	v.t.Helper()
	if !v.until(func() bool { return !strings.Contains(v.text(part), word) }) {
		v.t.Fatalf("%s still shows %q", part, word)
	}
}

// calm gives the hub a moment to finish, so that nothing moves under the mouse.
func (v *viewer) calm() {
	for range 20 {
		if n, err := v.w.hub.store.Counts(v.ctx); err == nil && n.DueJobs == 0 && n.Messages[string(store.MessagePending)] == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// point is where to press: the middle of the last thing in a part of the page
// that can be pressed, has the label, and is not covered by anything.
type point struct{ X, Y float64 }

const find = `(() => {
	const part = document.querySelector(%s), label = %s;
	const all = [...(part?.querySelectorAll("button, a, summary, input, textarea, select") ?? [])];
	const el = all.filter(e => label ? e.innerText.includes(label) && !e.disabled : true).at(-1) ?? (label ? null : part);
	if (!el) return null;
	el.scrollIntoView({block: "nearest"});
	const r = el.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
	const top = document.elementFromPoint(x, y);
	return top && (el.contains(top) || top.contains(el)) ? {X: x, Y: y} : null;
})()`

// press clicks what has a label in a part of the page, once it stands still.
func (v *viewer) press(part, label string) {
	v.t.Helper()
	v.calm()
	var last *point
	if !v.until(func() bool {
		at, err := js[*point](v, find, part, label)
		still := err == nil && at != nil && last != nil && *at == *last
		last = at
		return still
	}) {
		v.t.Fatalf("nothing to press with %q in %s; there is:\n%s", label, part, v.text(part))
	}
	if err := chromedp.Do(v.ctx, chromedp.MouseClickXY(last.X, last.Y)); err != nil {
		v.t.Fatalf("press %q in %s: %v", label, part, err)
	}
}

// types clicks into a field, replaces what stands there, and ends with Enter
// when the text does.
func (v *viewer) types(field, text string) {
	v.t.Helper()
	v.press(field, "")
	if _, err := js[bool](v, `(document.querySelector(%s).select(), true)`, field); err != nil {
		v.t.Fatalf("select %s: %v", field, err)
	}
	if err := chromedp.Do(v.ctx, chromedp.KeyEvent(text)); err != nil {
		v.t.Fatalf("type %q into %s: %v", text, field, err)
	}
}

// shotEnv names the file that the README's picture goes to.
const shotEnv = "GENJIN_TEST_SHOT"

// uiFont is a settings folder with a Chinese font for the interface, as the
// machines of our readers have: a bare one would show Chinese between letters of
// another face.
func uiFont(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	rule := `<match target="pattern"><test name="family"><string>%s</string></test>` +
		`<edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit></match>`
	conf := `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>` +
		fmt.Sprintf(rule, "system-ui") + fmt.Sprintf(rule, "sans") + fmt.Sprintf(rule, "sans-serif") + `</fontconfig>`
	if err := os.MkdirAll(filepath.Join(dir, "fontconfig"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fontconfig", "fonts.conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shot takes the README's picture when it is asked for.
func (v *viewer) shot() {
	v.t.Helper()
	file := os.Getenv(shotEnv)
	if file == "" {
		return
	}
	time.Sleep(5 * time.Second) // toasts go
	png, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o750)
	}
	if err == nil {
		err = os.WriteFile(file, png, 0o600)
	}
	if err != nil {
		v.t.Fatalf("picture: %v", err)
	}
}
