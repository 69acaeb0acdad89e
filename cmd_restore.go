package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"genjin/config"
	"genjin/store"
)

// restoreCmd brings a backup back.
type restoreCmd struct {
	Dir     string `arg:"" help:"The folder that genjin backup wrote." type:"path"`
	Damaged bool   `help:"Take also a backup whose original had faults already."`
}

// Run implements the command.
func (c *restoreCmd) Run(e *env) error {
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.Dir); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	m, err := store.Restore(e.ctx, store.RestoreOptions{
		Dir: c.Dir, URL: cfg.DatabaseURL.Reveal(), DataDir: cfg.DataDir, Now: time.Now, Logger: quiet(e.out), Damaged: c.Damaged,
	})
	if err == nil {
		err = giveAll(cfg.DataDir)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "已恢复并校验：%s 时的数据，审计记录 %d 条，凭证文件 %d 个，数据目录 %s。\n",
		m.Mark.In(cfg.Location).Format("2006-01-02 15:04:05"), m.Audit.Leaves, m.Audit.Files, cfg.DataDir)
	return errors.Join(err, c.settings(e, cfg))
}

// settings puts org.yaml and rules.yaml back where they are missing, and never
// over others.
func (c *restoreCmd) settings(e *env, cfg config.Config) error {
	files := settingsFiles(cfg)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		from, to := filepath.Join(c.Dir, "settings", name), files[name]
		text, err := os.ReadFile(filepath.Clean(from))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		said := fmt.Sprintf("%s 在备份的 %s，现在没有设置它的位置（GENJIN_ORG、GENJIN_RULES）：启动前请放好。\n", name, from)
		if to != "" {
			if said, err = putBack(text, from, to); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprint(e.out, said); err != nil {
			return err
		}
	}
	return nil
}

func putBack(text []byte, from, to string) (string, error) {
	now, err := os.ReadFile(filepath.Clean(to))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err := os.MkdirAll(filepath.Dir(to), 0o750)
		if err == nil {
			err = os.WriteFile(to, text, 0o600) //nolint:gosec // the operator names it
		}
		if err == nil {
			err = giveTo(filepath.Dir(to), to)
		}
		if err != nil {
			return "", fmt.Errorf("settings: %w", err)
		}
		return to + " 已放回。\n", nil
	case err != nil:
		return "", fmt.Errorf("settings: %w", err)
	case bytes.Equal(now, text):
		return to + " 与备份时相同。\n", nil
	default:
		return fmt.Sprintf("%s 与备份时的 %s 不同，没有改动它：请确认用哪一份。\n", to, from), nil
	}
}
