package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// sameAsDump reads a dump back and holds every row of it against the snapshot:
// what was verified in the one is then true of the other. The writer is the
// version of the pg_dump that wrote it.
func (s *postgresSnapshot) sameAsDump(ctx context.Context, file string, writer int, tables []pgTable) error {
	reader, err := findTool(ctx, "pg_restore", writer)
	if err != nil {
		return err
	}
	left := map[string]pgTable{}
	for _, t := range tables {
		left[t.name] = t
	}
	pr, pw := io.Pipe()
	cmd := command(ctx, reader.path, "--data-only", "--file=-", file)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = pw, &said
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("pg_restore: %w", err)
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		_ = pw.CloseWithError(err) // nil = the end
		ended <- err
	}()
	err = readDump(pr, func(block dumpBlock) error {
		t, ok := left[block.table]
		if !ok {
			return fmt.Errorf(wordDumpDiffers, block.table)
		}
		delete(left, block.table)
		sum, err := s.sumOf(ctx, t, block.columns)
		if err != nil {
			return err
		}
		if sum != block.sum {
			return fmt.Errorf(wordDumpDiffers, block.table)
		}
		return nil
	})
	_ = pr.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	if toolErr := <-ended; err == nil && toolErr != nil {
		err = &toolError{"pg_restore", toolErr, strings.TrimSpace(said.String())}
	}
	if err != nil {
		return err
	}
	for name := range left {
		return fmt.Errorf(wordDumpDiffers, name)
	}
	return nil
}

// sumOf is the hash of a table's rows as COPY gives them.
func (s *postgresSnapshot) sumOf(ctx context.Context, t pgTable, columns string) (string, error) {
	h := sha256.New()
	err := s.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("not a connection of pgx")
		}
		_, err := c.Conn().PgConn().CopyTo(ctx, h, "COPY "+t.quoted()+" "+columns+" TO STDOUT")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read %s again: %w", t.name, classify(err))
	}
	return sumOf(h), nil
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// dumpBlock is the rows of one table in a dump.
type dumpBlock struct{ table, columns, sum string }

// readDump finds the rows in the text of a dump:
//
//	COPY public.leads (number, id) FROM stdin;
//	1	x
//	\.
func readDump(r io.Reader, block func(dumpBlock) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		b, ok := copyHead(line)
		if !ok {
			continue
		}
		h := sha256.New()
		if err := copyRows(in, h); err != nil {
			return fmt.Errorf("rows of %s: %w", b.table, err)
		}
		b.sum = sumOf(h)
		if err := block(b); err != nil {
			return err
		}
	}
}

func copyHead(line string) (dumpBlock, bool) {
	rest, copies := strings.CutPrefix(line, "COPY ")
	rest, stdin := strings.CutSuffix(rest, " FROM stdin;\n")
	name, columns, ok := strings.Cut(rest, " ")
	if !copies || !stdin || !ok {
		return dumpBlock{}, false
	}
	if _, table, qualified := strings.Cut(name, "."); qualified {
		name = table
	}
	return dumpBlock{table: strings.Trim(name, `"`), columns: columns}, true
}

// copyRows hashes lines up to the one that ends them. A line may be longer than
// the buffer.
func copyRows(in *bufio.Reader, h hash.Hash) error {
	for begun := false; ; {
		part, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return errors.Join(err, io.ErrUnexpectedEOF)
		}
		if !begun && string(part) == "\\.\n" {
			return nil
		}
		h.Write(part)
		begun = err != nil
	}
}
