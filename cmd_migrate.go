package main

import (
	"fmt"
	"os"
	"time"

	"genjin/config"
	"genjin/store"
)

// migrateCmd brings the database to this program's schema.
type migrateCmd struct{}

// Run implements the command.
func (migrateCmd) Run(e *env) error {
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("data dir: %w", err)
	}
	s, err := store.Open(e.ctx, store.Options{URL: cfg.DatabaseURL.Reveal(), DataDir: cfg.DataDir, Now: time.Now, Logger: quiet(e.out)})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing was left unwritten
	if err := s.Migrate(e.ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.out, "数据库结构已是最新。")
	return err
}
