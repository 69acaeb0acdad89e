package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"genjin/bots"
	"genjin/bots/wecom"
	"genjin/config"
	"genjin/jobs"
	"genjin/store"
)

// doctorCmd looks at the installation and says what to do.
type doctorCmd struct {
	JSON bool `help:"One JSON object per line." name:"json"`
}

// errDoctor is the verdict that something must be mended.
var errDoctor = errors.New("体检发现问题")

// Run implements the command. It works beside a running hub and changes nothing.
func (c *doctorCmd) Run(e *env) error {
	var out error // the first line that could not be written
	d := &doctor{surroundings: realSurroundings(e), tell: func(f finding) {
		if _, err := fmt.Fprintln(e.out, f.line(c.JSON)); err != nil && out == nil {
			out = err
		}
	}}
	d.run(e.ctx)
	if err := errors.Join(out, e.ctx.Err()); err != nil {
		return err
	}
	if !c.JSON {
		if _, err := fmt.Fprintln(e.out, fill(wordDoctorEnd, []any{d.bad, d.warn})); err != nil {
			return err
		}
	}
	if d.bad > 0 {
		return fmt.Errorf("%w：%d 处", errDoctor, d.bad)
	}
	return nil
}

// line is a finding as a person, or a program, reads it.
func (f finding) line(asJSON bool) string {
	if asJSON {
		text, err := json.Marshal(struct {
			Level string `json:"level"`
			Check string `json:"check"`
			What  string `json:"what"`
			Do    string `json:"do,omitempty"`
		}{levelWords[f.Level], f.Check, f.What, f.Do})
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	text := levelMarks[f.Level] + " " + checkWords[f.Check] + "：" + f.What
	if f.Do != "" {
		text += " — " + f.Do
	}
	return text
}

// realSurroundings is the world as it is.
func realSurroundings(e *env) surroundings {
	return surroundings{
		getenv: e.getenv, environ: os.Environ(), read: os.ReadFile, now: time.Now, free: freeBytes, askRedis: jobs.AskRedis,
		open: func(ctx context.Context, cfg config.Config) (memory, error) {
			return store.Open(ctx, store.Options{URL: cfg.DatabaseURL.Reveal(), DataDir: cfg.DataDir, Now: time.Now, Logger: quiet(e.out)})
		},
		served: func(cfg config.Config) (string, bool, error) {
			return store.Served(store.Options{URL: cfg.DatabaseURL.Reveal(), DataDir: cfg.DataDir})
		},
		platforms: realPlatforms,
		web: &http.Client{
			Timeout:       lookWithin,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// realPlatforms are those that the configuration turns on.
func realPlatforms(cfg config.Config) ([]platform, error) {
	on, err := platformsOf(cfg, nil, platformParts{now: time.Now, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	bases := map[string]string{"feishu": cfg.Feishu.APIBase, "wecom": cfg.WeCom.APIBase}
	var all []platform
	for _, b := range on.bots {
		p := platform{name: b.Name(), base: bases[b.Name()]}
		if c, ok := b.(bots.Checker); ok {
			p.check = c.Check
		}
		if w, ok := b.(*wecom.Bot); ok {
			p.app = w.Agent
			p.knows = func(ctx context.Context, user string) error {
				_, err := w.Member(ctx, user)
				return err
			}
		}
		all = append(all, p)
	}
	return all, nil
}
