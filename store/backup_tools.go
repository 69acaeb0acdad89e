package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNoTool means that a program of PostgreSQL's is missing on this machine.
var ErrNoTool = errors.New("a program of PostgreSQL's is missing")

var toolVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// tool is one of PostgreSQL's programs on this machine.
type tool struct {
	path  string
	major int
}

// findTool finds pg_dump for a server's version, or pg_restore for that of the
// pg_dump that wrote: of the same version, else of the next newer one. An older
// one would refuse.
func findTool(ctx context.Context, name string, version int) (tool, error) {
	fit, err := fitTools(ctx, toolPaths(name), name, version)
	if err != nil {
		return tool{}, err
	}
	return fit[0], nil
}

// fitTools are those that a server takes, the oldest first.
func fitTools(ctx context.Context, paths []string, name string, server int) ([]tool, error) {
	var fit []tool
	var old []string
	for _, path := range paths {
		out, err := exec.CommandContext(ctx, path, "--version").Output() //nolint:gosec // found on this machine
		if err != nil {
			continue
		}
		m := toolVersion.FindSubmatch(out)
		if m == nil {
			continue
		}
		major, err := strconv.Atoi(string(m[1]))
		switch {
		case err != nil:
		case major < server:
			old = append(old, fmt.Sprintf("%s (%d)", path, major))
		default:
			fit = append(fit, tool{path: path, major: major})
		}
	}
	switch {
	case len(fit) > 0:
		slices.SortStableFunc(fit, func(a, b tool) int { return cmp.Compare(a.major, b.major) })
		return fit, nil
	case len(old) > 0:
		return nil, fmt.Errorf(wordToolOld+": %w", strings.Join(old, "、"), server, name, server, ErrNoTool)
	default:
		return nil, fmt.Errorf(wordToolGone+": %w", name, server, ErrNoTool)
	}
}

func toolPaths(name string) []string {
	var all []string
	if path, err := exec.LookPath(name); err == nil {
		all = append(all, path)
	}
	for _, dir := range toolDirs {
		found, err := filepath.Glob(filepath.Join(dir, name))
		if err == nil {
			all = append(all, found...)
		}
	}
	return all
}

func command(ctx context.Context, path string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, path, args...) //nolint:gosec // a program of PostgreSQL's, found on this machine
}

// runTool runs a program against the database. No password stands on its command
// line, where other users of the machine could read it.
func (p *postgresEngine) runTool(ctx context.Context, path string, args ...string) error {
	dsn, options := libpq(p.config.ConnString())
	cmd := command(ctx, path, append(args, "--dbname="+dsn)...)
	cmd.Env = append(cmd.Environ(), "LC_ALL=C") // what it says is read below
	if p.config.Password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+p.config.Password)
	}
	if options != "" {
		cmd.Env = append(cmd.Env, "PGOPTIONS="+options)
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &toolError{filepath.Base(path), err, strings.TrimSpace(said.String())}
	}
	return nil
}

// toolError is a program that failed, and what it said.
type toolError struct {
	name string
	err  error
	said string
}

// Error implements error: what the program said, not too much of it.
func (e *toolError) Error() string {
	const most = 600
	said := e.said
	if len(said) > most {
		said = strings.ToValidUTF8(said[:most], "") + "…"
	}
	if said == "" {
		return fmt.Sprintf("%s: %v", e.name, e.err)
	}
	return fmt.Sprintf("%s: %v: %s", e.name, e.err, said)
}

// Unwrap gives how it ended.
func (e *toolError) Unwrap() error { return e.err }

// libpq makes a database URL fit for PostgreSQL's own programs: without its
// password, and with the parameters that only our driver takes from a URL as
// options of the server's.
func libpq(conn string) (dsn, options string) {
	u, err := url.Parse(conn)
	if err != nil {
		return conn, ""
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	var set []string
	for name, values := range q {
		switch {
		case slices.Contains(libpqParams, name):
			continue
		case name != "password" && !slices.Contains(driverParams, name) && !strings.HasPrefix(name, "pool_"):
			set = append(set, "-c "+name+"="+strings.NewReplacer(`\`, `\\`, " ", `\ `).Replace(values[0]))
		}
		q.Del(name)
	}
	u.RawQuery = q.Encode()
	slices.Sort(set)
	return u.String(), strings.Join(set, " ")
}
