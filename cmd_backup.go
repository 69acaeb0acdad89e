package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"genjin/config"
	"genjin/store"
)

// backupCmd copies everything into a folder, beside a running hub.
type backupCmd struct {
	Dir string `arg:"" help:"Where to: a new or empty folder." type:"path"`
}

// errDamaged is the verdict that the hub's own data had a fault already.
var errDamaged = errors.New("备份已完整写出，但原数据已有不符之处")

// Run implements the command.
func (c *backupCmd) Run(e *env) error {
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	if _, err := os.Stat(cfg.DataDir); err != nil { // opening the store would make it
		return fmt.Errorf("GENJIN_DATA_DIR: %w", err)
	}
	settings, err := settingsOf(cfg)
	if err != nil {
		return err
	}
	s, err := store.Open(e.ctx, store.Options{URL: cfg.DatabaseURL.Reveal(), DataDir: cfg.DataDir, Now: time.Now, Logger: quiet(e.out)})
	if err != nil {
		return err
	}
	began := time.Now()
	m, err := s.Backup(e.ctx, store.BackupOptions{Dir: c.Dir, Program: programVersion(), Settings: settings})
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	for _, f := range m.Findings {
		if _, err := fmt.Fprintln(e.out, f); err != nil {
			return err
		}
	}
	if len(m.Findings) > 0 {
		return fmt.Errorf("%w：%d 处（%s）", errDamaged, len(m.Findings), c.Dir)
	}
	_, err = fmt.Fprintf(e.out, "备份完成并已校验：%s\n%s 之前答复过的都在里面：审计记录 %d 条，检查点 %d 个，凭证文件 %d 个，共 %d 个文件，用时 %s。\n",
		c.Dir, m.Mark.In(cfg.Location).Format("2006-01-02 15:04:05.000"), m.Audit.Leaves, m.Audit.Checkpoints, m.Audit.Files, len(m.Files),
		time.Since(began).Round(time.Millisecond))
	return err
}

// settingsFiles is the files that an operator keeps outside the data dir.
func settingsFiles(cfg config.Config) map[string]string {
	return map[string]string{"org.yaml": cfg.OrgPath, "rules.yaml": cfg.RulesPath}
}

func settingsOf(cfg config.Config) (map[string][]byte, error) {
	all := map[string][]byte{}
	for name, path := range settingsFiles(cfg) {
		if path == "" {
			continue // the built-in one
		}
		text, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = text
	}
	return all, nil
}
