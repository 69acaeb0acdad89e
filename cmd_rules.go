package main

import (
	"fmt"
	"os"

	"genjin/config"
)

// rulesCmd works on rules files.
type rulesCmd struct {
	Check rulesCheckCmd `cmd:"" help:"Check a rules file: every problem at once, with its line."`
}

// rulesCheckCmd checks one file.
type rulesCheckCmd struct {
	File string `arg:"" help:"The rules.yaml to check."`
}

// Run implements the command.
func (c *rulesCheckCmd) Run(e *env) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	rules, err := config.ParseRules(c.File, text)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%s：规则正确。%d 个评分维度，%d 个等级，%d 个阶段。\n", c.File, len(rules.Dimensions), len(rules.Grades), len(rules.Pipeline))
	return err
}
