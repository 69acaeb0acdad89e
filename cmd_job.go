package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"genjin/config"
	"genjin/jobs"
)

// jobCmd runs one periodic job now, beside a running hub.
type jobCmd struct {
	Name string `arg:"" help:"Which job: overdue-alerts, approval-digest, approval-reminders, rescore, cleanup."`
	At   string `help:"Decide as if it were this time (RFC 3339)." placeholder:"2026-11-24T09:00:00+08:00"`
}

// Run implements the command.
func (c *jobCmd) Run(e *env) error {
	if !slices.Contains(jobs.Names(), c.Name) {
		return fmt.Errorf("%w: no job %q; there are %s", errUsage, c.Name, strings.Join(jobs.Names(), ", "))
	}
	var at time.Time
	if c.At != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, c.At); err != nil {
			return fmt.Errorf("%w: --at wants RFC 3339, like 2026-11-24T09:00:00+08:00", errUsage)
		}
	}
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	h, err := wire(e.ctx, cfg, parts{clock: time.Now, out: os.Stderr}, false)
	if err != nil {
		return err
	}
	err = h.engine.RunJob(e.ctx, c.Name, at)
	err = errors.Join(err, h.engine.Close())
	h.close()
	if quiet, ok := errors.AsType[*jobs.QuietError](err); ok {
		_, err = fmt.Fprintf(e.out, "%s 什么都没有说：%s 是免打扰时段，到 %s 为止。\n", c.Name, minuteOf(at, cfg), minuteOf(quiet.Until, cfg))
		return err
	}
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = time.Now()
	}
	_, err = fmt.Fprintf(e.out, "%s 已按 %s 执行。\n", c.Name, minuteOf(at, cfg))
	return err
}

func minuteOf(t time.Time, cfg config.Config) string {
	return t.In(cfg.Location).Format("2006-01-02 15:04")
}
