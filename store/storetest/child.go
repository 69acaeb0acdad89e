package storetest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// watch starts a program in the background, prints its process id, and ends it
// when its own input closes: that is when the test binary is gone, however it
// went. $1 is a directory to remove then, or empty; the input "keep" keeps it.
const watch = `dir=$1; shift
"$@" >&2 </dev/null &
pid=$!
echo $pid
word=$(cat)
kill -QUIT $pid 2>/dev/null; wait $pid 2>/dev/null
[ -z "$dir" ] || [ "$word" = keep ] || rm -rf "$dir"`

// child is a program that runs beside the tests and does not outlive them.
type child struct {
	pid   int
	stdin *os.File
	cmd   *exec.Cmd
}

// start runs argv as user (empty = this one); its output goes to logFile.
func start(user, removeDir, logFile string, argv ...string) (*child, error) {
	in, stdin, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close() //nolint:errcheck // the child has its own
	out, stdout, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close())
	}
	defer out.Close() //nolint:errcheck // read to the end of the first line
	log, err := os.OpenFile(filepath.Clean(logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errors.Join(err, stdin.Close(), stdout.Close())
	}
	defer log.Close()                                                                     //nolint:errcheck // the child has its own
	cmd := exec.Command("sh", append([]string{"-c", watch, "sh", removeDir}, argv...)...) //nolint:gosec,noctx // our own script; it must outlive a test's context
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = in, stdout, log, os.TempDir()
	if err := actAs(cmd, user); err != nil {
		return nil, errors.Join(err, stdin.Close(), stdout.Close())
	}
	if err := errors.Join(cmd.Start(), stdout.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", argv[0], err), stdin.Close())
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", argv[0], err), stdin.Close(), cmd.Wait())
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	return &child{pid: pid, stdin: stdin, cmd: cmd}, err
}

// stop sends the signal and waits for the program's end. Its directory goes
// with it unless it is to be kept.
func (c *child) stop(sig os.Signal, keep bool) error {
	if p, err := os.FindProcess(c.pid); err == nil {
		_ = p.Signal(sig) // it may be gone already
	}
	if keep {
		if _, err := c.stdin.WriteString("keep"); err != nil {
			return err
		}
	}
	return errors.Join(c.stdin.Close(), c.cmd.Wait())
}

// program looks a server program up. Without it the test is skipped, or fails
// where everything must be there.
func program(tb testing.TB, name string, dirs ...string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, pattern := range dirs {
		found, err := filepath.Glob(filepath.Join(pattern, name))
		if err == nil && len(found) > 0 {
			return found[len(found)-1]
		}
	}
	if os.Getenv("CI") != "" { //nolint:forbidigo // a test asks where it runs
		tb.Fatalf("%s is not installed, and CI must have it", name)
	}
	tb.Skipf("reason: %s is not installed", name)
	return ""
}

// await asks until ok says yes.
func await(what string, ok func() error) error {
	var err error
	for range 400 {
		if err = ok(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s does not answer: %w", what, err)
}
