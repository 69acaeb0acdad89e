package jobs

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/store"
	"genjin/store/evidence"
)

// drive is a platform that holds files.
type drive struct {
	*platform

	open func() (io.ReadCloser, error)
}

func (d drive) Fetch(context.Context, bots.File) (io.ReadCloser, error) { return d.open() }

const aPDF = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

// fetching is a world in which li sent a file that open brings.
func fetching(t *testing.T, open func() (io.ReadCloser, error)) (w *world, resumed *[]sales.File) {
	t.Helper()
	resumed = &[]sales.File{}
	ev, err := evidence.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w = newWorld(t, func(o *Options) {
		o.Evidence = ev
		o.Bots[0] = drive{o.Bots[0].(*platform), open} //nolint:forcetypeassert // the world's own
		o.Resume = func(_ context.Context, _ *store.Tx, f sales.File) error { *resumed = append(*resumed, f); return nil }
	})
	w.rules.Evidence.MaxBytes = 1 << 20
	f := sales.File{ID: "f1", Person: "li", Bot: "feishu", Name: "方案.pdf", Status: sales.FileFetching, SentAt: w.clock()}
	w.do(func(tx *store.Tx) error {
		if err := tx.Save(t.Context(), sales.Change{Files: []sales.File{f}}, store.Source{}); err != nil {
			return err
		}
		_, err := tx.AddJob(t.Context(), store.NewJob{Kind: kindFetch, Key: "fetch:f1", Payload: filePayload{File: "f1"}})
		return err
	})
	return w, resumed
}

func (w *world) file() (f sales.File) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { f, err = tx.File(w.t.Context(), "f1"); return err })
	return f
}

func TestFileIsReadyAndLetsTheMoveGoOn(t *testing.T) {
	t.Parallel()
	tries := 0
	w, resumed := fetching(t, func() (io.ReadCloser, error) {
		if tries++; tries < 3 {
			return nil, fault(bots.CodeUnavailable, true, 0)
		}
		return io.NopCloser(strings.NewReader(aPDF)), nil
	})
	for range 5 {
		w.work()
		w.pass(2 * time.Second)
	}
	if f := w.file(); f.Status != sales.FileReady || f.SHA256 == "" || f.Type != "pdf" {
		t.Errorf("file is %s, %q, %s", f.Status, f.SHA256, f.Type)
	}
	if len(*resumed) != 1 || (*resumed)[0].Revision != w.file().Revision {
		t.Errorf("resumed with %+v", *resumed)
	}
}

func TestFileThatWillNeverComeIsToldAsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open   func() (io.ReadCloser, error)
		within time.Duration
		reason string
	}{
		"gone":       {func() (io.ReadCloser, error) { return nil, fault(bots.CodeRefused, false, 0) }, time.Second, "fetch_failed"},
		"wrong type": {func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("MZ\x90\x00")), nil }, time.Second, "type_not_allowed"},
		"broken": {func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("%PDF"), failing{})), nil
		}, 16 * time.Minute, "fetch_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, resumed := fetching(t, c.open)
			for begun := w.clock(); len(*resumed) == 0 && w.clock().Sub(begun) <= c.within; w.pass(30 * time.Second) {
				w.work()
			}
			if f := w.file(); f.Status != sales.FileRefused || f.Reason != c.reason {
				t.Errorf("file is %s: %s", f.Status, f.Reason)
			}
			if len(*resumed) != 1 {
				t.Errorf("resumed %d times", len(*resumed))
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("cut off") }

// named is a file that brings its name along.
type named struct {
	io.Reader

	name string
}

func (n named) FileName() string { return n.name }

func (named) Close() error { return nil }

func TestFileWithoutANameTakesThePlatforms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		was, told string
		want      string
		status    sales.FileStatus
	}{
		"made up":             {"图片 11-24 10:00", "报价 v2.pdf", "报价 v2.pdf", sales.FileReady},
		"none":                {"", "../报价<1>.pdf", "报价1.pdf", sales.FileReady},
		"told by the message": {"方案.pdf", "x.pdf", "方案.pdf", sales.FileReady},
		"told by nobody":      {"图片 11-24 10:00", "", "图片 11-24 10:00", sales.FileReady},
		"a program's":         {"文件", "x.exe", "文件", sales.FileRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := fetching(t, func() (io.ReadCloser, error) { return named{strings.NewReader(aPDF), c.told}, nil })
			f := w.file()
			f.Name = c.was
			w.do(func(tx *store.Tx) error {
				return tx.Save(t.Context(), sales.Change{Files: []sales.File{f}}, store.Source{})
			})
			w.work()
			if f := w.file(); f.Status != c.status || f.Name != c.want {
				t.Errorf("file is %s (%s) and named %q, want %s, %q", f.Status, f.Reason, f.Name, c.status, c.want)
			}
		})
	}
}

// TestPictureIsNamedByItsTime: what the platform calls a picture says nothing.
func TestPictureIsNamedByItsTime(t *testing.T) {
	t.Parallel()
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	for was, want := range map[string]string{"图片-1124-1810": "图片-1124-1810.png", "签字页.jpg": "签字页.jpg"} {
		t.Run(was, func(t *testing.T) {
			t.Parallel()
			w, _ := fetching(t, func() (io.ReadCloser, error) { return named{bytes.NewReader(drawn.Bytes()), "image.png"}, nil })
			f := w.file()
			f.Name, f.Platform.Image = was, true
			w.do(func(tx *store.Tx) error {
				return tx.Save(t.Context(), sales.Change{Files: []sales.File{f}}, store.Source{})
			})
			w.work()
			if f := w.file(); f.Status != sales.FileReady || f.Name != want {
				t.Errorf("file is %s (%s) and named %q, want %q", f.Status, f.Reason, f.Name, want)
			}
		})
	}
}
