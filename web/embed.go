package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed templates static
var files embed.FS

// CSP is the Content-Security-Policy of every page.
const CSP = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

// Pages are all templates, parsed.
type Pages struct{ all *template.Template }

// NewPages parses the templates. A template is named by its path below
// templates/: "form.html", "playground/index.html". Files below parts/ only
// define pieces that the pages share.
func NewPages() (*Pages, error) {
	root := template.New("").Funcs(template.FuncMap{"dict": dict})
	err := fs.WalkDir(files, "templates", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("read template %s: %w", file, err)
		}
		if _, err := root.New(strings.TrimPrefix(file, "templates/")).Parse(string(text)); err != nil {
			return fmt.Errorf("parse template %s: %w", file, err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web templates: %w", err)
	}
	return &Pages{all: root}, nil
}

// Render writes the page or piece of that name.
func (p *Pages) Render(w io.Writer, name string, data any) error {
	if err := p.all.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return nil
}

// Static serves the static files below prefix: /static/app.css for "/static".
func Static(prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), strings.TrimSuffix(prefix, "/")+"/")
		if data, err := fs.ReadFile(files, "static/"+name); err == nil {
			sum := sha256.Sum256(data) // embedded files have no time; their content says whether they changed
			w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
		}
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeFileFS(w, r, files, "static/"+name) //nolint:gosec // an embedded file system: there is nothing above it
	})
}

// Guard sets the headers that every page has.
func Guard(h http.Header) {
	h.Set("Content-Security-Policy", CSP)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

// dict makes a map of names and values, so that a piece can be given several.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d values make no pairs", len(pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		m[name] = pairs[i+1] //nolint:gosec // the number of values is even
	}
	return m, nil
}
