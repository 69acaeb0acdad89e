// Genjin is a chat-first sales hub: reps submit leads and move deals from the
// chat with files as proof, managers approve on cards, workers score, watch the
// clocks and gather approvals. This package parses the command line, wires the
// rooms together and stops them in reverse.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // a machine without zone files still knows Asia/Shanghai
	"unicode"

	"github.com/alecthomas/kong"

	"genjin/config"
	"genjin/jobs"
	"genjin/store"
)

// cli is the command line. Settings come from the environment, see config.
type cli struct {
	Demo    demoCmd    `cmd:"" help:"Start everything in one go: sample company, simulated Feishu, playground."`
	Serve   serveCmd   `cmd:"" help:"Run the hub."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this program's schema."`
	Dead    deadCmd    `cmd:"" help:"Look at and replay what could not be done."`
	Job     jobCmd     `cmd:"" help:"Run one periodic job now."`
	Rules   rulesCmd   `cmd:"" help:"Check a rules file."`
	Org     orgCmd     `cmd:"" help:"Bring org.yaml and the platforms' directories together."`
	Audit   auditCmd   `cmd:"" help:"Prove that the audit log was not altered."`
	Backup  backupCmd  `cmd:"" help:"Copy everything into a folder, beside a running hub, and verify the copy."`
	Restore restoreCmd `cmd:"" help:"Bring a backup back into an empty data dir and database."`
	Doctor  doctorCmd  `cmd:"" help:"Look at the installation and say what to do."`
	Version versionCmd `cmd:"" help:"Say which version this is."`
}

// env is what a command gets from the process.
type env struct {
	ctx    context.Context //nolint:containedctx // the process's own, for the length of one command
	getenv func(string) string
	out    io.Writer
}

// errUsage marks a command line that was not understood: exit 2.
var errUsage = errors.New("wrong use")

func main() {
	jobs.QuietRedis(slog.New(slog.DiscardHandler))
	for _, typo := range config.Unknown(os.Environ()) {
		fmt.Fprintln(os.Stderr, "genjin:", typo)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "genjin:", lastLine(err))
		os.Exit(1)
	}
}

// lastLine is what a command that failed says at its end. What went wrong is a
// sentence for a person; the store's names for it, which programs tell it by,
// stand in none.
func lastLine(err error) string {
	text := err.Error()
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return text
	}
	for _, name := range store.Kinds() {
		text = strings.ReplaceAll(text, ": "+name, "")
	}
	return text
}

// run is the whole program, for main and for tests.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	var c cli
	left := false
	parser, err := kong.New(&c, kong.Name("genjin"), kong.Description("跟进: a chat-first sales hub."),
		kong.Writers(stdout, stdout), kong.Exit(func(int) { left = true }), kong.UsageOnError())
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	cmd, err := parser.Parse(args)
	switch {
	case left: // --help has been answered
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w (genjin --help)", errUsage, err)
	}
	err = cmd.Run(&env{ctx: ctx, getenv: getenv, out: stdout})
	if errors.Is(err, store.ErrUnavailable) {
		return fmt.Errorf(wordDatabaseAway, err)
	}
	return err
}
