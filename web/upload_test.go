package web

import (
	"bytes"
	"strings"
	"testing"
)

func TestUploadStates(t *testing.T) {
	t.Parallel()
	pages, err := NewPages()
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[FormState]string{
		FormOpen: "选择文件", FormDone: "已上传", FormExpired: "链接已失效", FormDenied: "无法打开", FormTrouble: "暂时不能上传", FormUnknown: "没有这个链接",
	} {
		var b bytes.Buffer
		err := pages.Render(&b, "upload.html", Upload{
			Assets: "/static", Title: "上传凭证", State: state, For: `"><script>alert(1)</script>`, Types: "PDF", Limit: "20 MB", Most: 20 << 20, Accept: ".pdf",
			Notice: "请回到聊天里再要一个链接",
		})
		got := b.String()
		if err != nil || !strings.Contains(got, want) || strings.Contains(got, "<script>") {
			t.Errorf("%s: %v\n%s", state, err, got)
		}
		if open := strings.Contains(got, "<form"); open != (state == FormOpen) {
			t.Errorf("%s shows a form: %v", state, open)
		}
		if hidden := strings.Contains(got, `id="over" role="status" class="notice warning" hidden`); hidden != (state == FormOpen) {
			t.Errorf("%s hides what happened: %v", state, hidden)
		}
		if strings.Contains(got, "capture=") {
			t.Errorf("%s offers a photo where none will do", state)
		}
	}
}

// TestUploadWithoutScript: the form posts by itself, and says so to nobody who
// cannot see it: what only the script can do is hidden.
func TestUploadWithoutScript(t *testing.T) {
	t.Parallel()
	pages, err := NewPages()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pages.Render(&b, "upload.html", Upload{Assets: "/static", State: FormOpen, Photo: true, Error: "文件是空的"}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{
		`method="post" enctype="multipart/form-data"`, `name="file" type="file"`, `capture="environment"`, `<div id="going" hidden>`, `<span data-js hidden>`, `data-for="f-file" aria-describedby="h-file" hidden>`, `<div class="field" data-plain>`,
		`role="alert" id="wrong">文件是空的`, `<script src="/static/upload.js" defer></script>`, `aria-describedby="h-file"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	// Every element that the script asks for is on the page.
	script := read(t, "static/upload.js")
	for rest := script; ; {
		_, after, found := strings.Cut(rest, `$("`)
		if !found {
			break
		}
		id, next, _ := strings.Cut(after, `"`)
		if !strings.Contains(got, `id="`+id+`"`) {
			t.Errorf("the script asks for %q", id)
		}
		rest = next
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	pages, err := NewPages()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pages.Render(&b, "home.html", Home{Assets: "/static", Title: "跟进", Lines: []string{"请在飞书里找我 <b>"}}); err != nil || !strings.Contains(b.String(), "<p>请在飞书里找我 &lt;b&gt;</p>") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
