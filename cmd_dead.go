package main

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"genjin/store"
)

// deadCmd looks at and replays what could not be done.
type deadCmd struct {
	List   deadListCmd   `cmd:"" help:"List dead jobs, failed and uncertain messages."`
	Show   deadShowCmd   `cmd:"" help:"Show one, with its cause."`
	Replay deadReplayCmd `cmd:"" help:"Try one again, or all."`
}

type (
	deadListCmd struct {
		Limit int `help:"At most so many." default:"50"`
	}
	deadShowCmd struct {
		ID string `arg:"" help:"Which one, see dead list."`
	}
	deadReplayCmd struct {
		ID string `arg:"" help:"Which one, or all."`
	}
)

// Run implements the command.
func (c *deadListCmd) Run(e *env) error {
	return withStore(e, func(s *store.Store) error {
		dead, err := s.DeadLetters(e.ctx, c.Limit)
		if err != nil {
			return err
		}
		if len(dead) == 0 {
			_, err := fmt.Fprintln(e.out, "没有死信。")
			return err
		}
		for _, d := range dead {
			if _, err := fmt.Fprintf(e.out, "%s  %-9s %-8s %s  %s\n", d.ID, d.State, d.Kind, d.At.Local().Format(time.DateTime), firstLine(d.Cause)); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintln(e.out, "查看：genjin dead show ID    重放：genjin dead replay ID")
		return err
	})
}

// Run implements the command.
func (c *deadShowCmd) Run(e *env) error {
	return withStore(e, func(s *store.Store) error {
		d, err := s.DeadLetter(e.ctx, c.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "编号：%s\n状态：%s\n类别：%s\n对象：%s\n时间：%s\n次数：%d\n原因：%s\n内容：%s\n",
			d.ID, d.State, d.Kind, d.Subject, d.At.Local().Format(time.DateTime), d.Tries, d.Cause, d.Body)
		return err
	})
}

// Run implements the command.
func (c *deadReplayCmd) Run(e *env) error {
	return withStore(e, func(s *store.Store) error {
		ids := []string{c.ID}
		if c.ID == "all" {
			dead, err := s.DeadLetters(e.ctx, 10_000)
			if err != nil {
				return err
			}
			ids = ids[:0]
			for _, d := range dead {
				ids = append(ids, d.ID)
			}
		}
		for _, id := range ids {
			if err := s.Replay(e.ctx, id, "operator"); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(e.out, "已重放 %d 条。\n", len(ids))
		return err
	})
}

// withStore opens the configured database for f.
func withStore(e *env, f func(*store.Store) error) error {
	s, err := openStore(e)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // each write was committed
	return f(s)
}

// firstLine cuts a cause for a list.
func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' || i > 100 {
			return s[:i] + "…"
		}
	}
	return s
}

// quiet is a log for commands that a person reads: only what went wrong.
func quiet(out io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelError}))
}
