package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of the admin's connection
)

// PostgresServer is a private server with a directory of its own. It listens on
// a unix socket only.
type PostgresServer struct {
	bin, dir string
	settings []string
	child    *child
	serial   atomic.Int64
}

// Postgres starts a private server for one test. Its settings are those of
// production unless more are given (name=value).
func Postgres(tb testing.TB, settings ...string) *PostgresServer {
	tb.Helper()
	p, err := newPostgres(postgresBin(tb), settings)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = p.child.stop(syscall.SIGQUIT, false) })
	return p
}

func postgresBin(tb testing.TB) string {
	tb.Helper()
	initdb := program(tb, "initdb", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
	target, err := filepath.EvalSymlinks(initdb)
	if err != nil {
		tb.Fatal(err)
	}
	for _, dir := range []string{filepath.Dir(target), filepath.Dir(initdb)} {
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
			return dir
		}
	}
	return filepath.Dir(program(tb, "postgres", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"))
}

func newPostgres(bin string, settings []string) (*PostgresServer, error) {
	dir, err := os.MkdirTemp("", "genjin-pg-")
	if err != nil {
		return nil, err
	}
	if err := give(dir, serverUser()); err != nil {
		return nil, err
	}
	cmd := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync") //nolint:gosec,noctx // found on this machine
	cmd.Dir = os.TempDir()
	if err := actAs(cmd, serverUser()); err != nil {
		return nil, err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	p := &PostgresServer{bin: bin, dir: dir, settings: settings}
	return p, p.start()
}

func (p *PostgresServer) start() error {
	argv := []string{filepath.Join(p.bin, "postgres"), "-D", filepath.Join(p.dir, "data"), "-k", p.dir} //nolint:prealloc // a handful
	for _, s := range append([]string{"listen_addresses=", "max_connections=300", "shared_buffers=64MB"}, p.settings...) {
		argv = append(argv, "-c", s)
	}
	c, err := start(serverUser(), p.dir, p.dir+".log", argv...)
	if err != nil {
		return err
	}
	p.child = c
	defer os.Remove(p.dir + ".log") //nolint:errcheck // the server keeps its handle
	if err := await("postgres", func() error { return p.exec("SELECT 1") }); err != nil {
		log, _ := os.ReadFile(p.dir + ".log")
		return fmt.Errorf("%w\n%s", err, log)
	}
	return nil
}

// URL is where a database of this server is.
func (p *PostgresServer) URL(database string) string {
	return "postgres://postgres@/" + database + "?sslmode=disable&host=" + url.QueryEscape(p.dir)
}

// Database makes a fresh, empty database and returns its URL.
func (p *PostgresServer) Database(tb testing.TB) string {
	tb.Helper()
	return p.database(tb, "template0")
}

func (p *PostgresServer) database(tb testing.TB, template string) string {
	tb.Helper()
	name := fmt.Sprintf("test_%d", p.serial.Add(1))
	if err := p.exec("CREATE DATABASE " + name + " TEMPLATE " + template); err != nil {
		tb.Fatal(err)
	}
	return p.URL(name)
}

func (p *PostgresServer) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db, err := sql.Open("pgx", p.URL("postgres"))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // a test's connection
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", strings.Fields(statement)[0], err)
	}
	return nil
}

// ImmediateRestart stops the server as a crash would, with nothing put in
// order, and starts it again.
func (p *PostgresServer) ImmediateRestart(tb testing.TB) {
	tb.Helper()
	p.Crash(tb)
	p.Start(tb)
}

// Crash stops the server as a crash would.
func (p *PostgresServer) Crash(tb testing.TB) {
	tb.Helper()
	if err := p.child.stop(syscall.SIGQUIT, true); err != nil {
		tb.Fatal(err)
	}
}

// Start starts the server again after a [PostgresServer.Crash].
func (p *PostgresServer) Start(tb testing.TB) {
	tb.Helper()
	if err := p.start(); err != nil {
		tb.Fatal(err)
	}
}
