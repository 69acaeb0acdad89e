package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"genjin/config"
	"genjin/store"
)

// auditCmd works on the audit log.
type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Verify every row, checkpoint and evidence file; exit 1 names what is wrong."`
}

// auditVerifyCmd verifies the audit log.
type auditVerifyCmd struct {
	Checkpoint string `help:"A checkpoint kept outside: the log must still contain what it signed." type:"path"`
}

// errAudit is the verdict that something was altered.
var errAudit = errors.New("审计日志校验不通过")

// Run implements the command.
func (c *auditVerifyCmd) Run(e *env) error {
	var opt store.VerifyOptions
	if c.Checkpoint != "" {
		text, err := os.ReadFile(c.Checkpoint)
		if err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
		opt.Checkpoint = text
	}
	s, err := openStore(e)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // only read
	report, err := s.VerifyAudit(e.ctx, opt)
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		if _, err := fmt.Fprintln(e.out, f); err != nil {
			return err
		}
	}
	if len(report.Findings) > 0 {
		return fmt.Errorf("%w：%d 处", errAudit, len(report.Findings))
	}
	_, err = fmt.Fprintf(e.out, "审计日志完整：%d 条记录，%d 个检查点，%d 个凭证文件。\n", report.Leaves, report.Checkpoints, report.Files)
	return err
}

// openStore opens the configured database beside a running hub.
func openStore(e *env) (*store.Store, error) {
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(e.ctx, store.Options{URL: cfg.DatabaseURL.Reveal(), DataDir: cfg.DataDir, Now: time.Now, Logger: quiet(e.out)})
	if err != nil {
		return nil, err
	}
	if err := s.Ready(e.ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}
