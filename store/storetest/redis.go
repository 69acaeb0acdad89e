package storetest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// RedisServer is a private Redis on a free port. It keeps nothing on disk.
type RedisServer struct {
	bin, log string
	port     int
	child    *child
}

// Redis starts a private server for one test.
func Redis(tb testing.TB) *RedisServer {
	tb.Helper()
	port, err := freePort()
	if err != nil {
		tb.Fatal(err)
	}
	r := &RedisServer{bin: program(tb, "redis-server"), log: filepath.Join(tb.TempDir(), "redis.log"), port: port}
	r.Start(tb)
	tb.Cleanup(func() {
		if r.child != nil {
			_ = r.child.stop(syscall.SIGKILL, true)
		}
	})
	return r
}

// Addr is host and port.
func (r *RedisServer) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)) }

// URL is what GENJIN_REDIS_URL would say.
func (r *RedisServer) URL() string { return "redis://" + r.Addr() + "/0" }

// Start starts the server again after a [RedisServer.Kill], empty.
func (r *RedisServer) Start(tb testing.TB) {
	tb.Helper()
	c, err := start("", "", r.log, r.bin, "--port", strconv.Itoa(r.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	if err != nil {
		tb.Fatal(err)
	}
	r.child = c
	if err := await("redis", func() error { return r.command("PING") }); err != nil {
		log, _ := os.ReadFile(r.log)
		tb.Fatalf("%v\n%s", err, log)
	}
}

// Kill ends the server with SIGKILL.
func (r *RedisServer) Kill(tb testing.TB) {
	tb.Helper()
	if r.child == nil {
		tb.Fatal("redis does not run")
	}
	_ = r.child.stop(syscall.SIGKILL, true) // its status is that it was killed
	r.child = nil
}

// FlushAll empties the server.
func (r *RedisServer) FlushAll(tb testing.TB) {
	tb.Helper()
	if err := r.command("FLUSHALL"); err != nil {
		tb.Fatal(err)
	}
}

// command says one word of the Redis protocol and wants no error back.
func (r *RedisServer) command(word string) error {
	conn, err := net.DialTimeout("tcp", r.Addr(), time.Second) //nolint:noctx // bounded by its own time
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // used once
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", word); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "+") {
		err = fmt.Errorf("redis answers %q", strings.TrimSpace(line))
	}
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return 0, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return 0, err
	}
	return n, l.Close()
}
