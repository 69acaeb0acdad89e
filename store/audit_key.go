package store

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// auditName names the log in checkpoints and keys.
const auditName = "genjin-audit"

// auditKey signs checkpoints. It lives in the data dir and not in the database:
// who can write to the one cannot sign for the other.
type auditKey struct {
	signer   note.Signer
	verifier note.Verifier
	macKey   [32]byte
}

// auditKey loads the key, and makes it at its first use. Replicas that share
// the data dir share the key: the first one to make it wins.
func (s *Store) auditKey() (*auditKey, error) {
	s.keyOnce.Do(func() { s.key, s.keyErr = loadAuditKey(filepath.Join(s.dataDir, "keys")) })
	return s.key, s.keyErr
}

func loadAuditKey(dir string) (*auditKey, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	path := filepath.Join(dir, "audit.key")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := makeAuditKey(dir, path); err != nil {
			return nil, fmt.Errorf("make audit key: %w", err)
		}
	}
	secret, err := os.ReadFile(path) //nolint:gosec // our own file
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	public, err := os.ReadFile(filepath.Join(dir, "audit.pub")) //nolint:gosec // our own file
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	k := &auditKey{macKey: sha256.Sum256(append([]byte("genjin audit mac\n"), secret...))}
	if k.signer, err = note.NewSigner(strings.TrimSpace(string(secret))); err != nil {
		return nil, fmt.Errorf("audit key: %s is damaged: %w", path, err)
	}
	if k.verifier, err = note.NewVerifier(strings.TrimSpace(string(public))); err != nil {
		return nil, fmt.Errorf("audit key: audit.pub is damaged: %w", err)
	}
	return k, nil
}

// makeAuditKey writes both halves; the secret one appears whole or not at all.
func makeAuditKey(dir, path string) error {
	secret, public, err := note.GenerateKey(rand.Reader, auditName)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // linked under its name, or of no use
	_, err = tmp.WriteString(secret + "\n")
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return nil // another replica was first
	} else if err != nil {
		return err
	}
	return writeSynced(filepath.Join(dir, "audit.pub"), []byte(public+"\n"))
}

// writeSynced writes a file that stands after a power cut.
func writeSynced(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // our own file
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
