package store

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"genjin/store/disk"
)

// auditName names the log in checkpoints and keys.
const auditName = "genjin-audit"

const (
	secretFile = "audit.key"
	publicFile = "audit.pub"
)

// auditKey signs checkpoints. It lives in the data dir and not in the database:
// who can write to the one cannot sign for the other.
type auditKey struct {
	signer   note.Signer
	verifier note.Verifier
	public   string // the verifier's key, as others may hold it
	macKey   [32]byte
}

// auditKey loads the key, and makes it at its first use. Replicas that share
// the data dir share the key: the first one to make it wins.
func (s *Store) auditKey() (*auditKey, error) {
	s.keyMu.Lock()
	defer s.keyMu.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	if s.dataDir == "" {
		return nil, errors.New("audit key: the store has no data dir")
	}
	key, err := loadAuditKey(filepath.Join(s.dataDir, "keys"))
	if err != nil {
		return nil, err
	}
	s.key = key
	return key, nil
}

// loadAuditKey also brings the public half back when a crash came between the two.
func loadAuditKey(dir string) (*auditKey, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	k, err := readAuditKey(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeAuditKey(dir); err != nil {
			return nil, fmt.Errorf("make audit key: %w", err)
		}
		k, err = readAuditKey(dir)
	}
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, publicFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := writeSynced(path, []byte(k.public+"\n")); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("audit key: %w", err)
		}
	}
	return k, nil
}

// readAuditKey reads the secret half; the public one follows from it.
func readAuditKey(dir string) (*auditKey, error) {
	secret, err := os.ReadFile(filepath.Join(dir, secretFile)) //nolint:gosec // our own file
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	k, err := parseAuditKey(strings.TrimSpace(string(secret)))
	if err != nil {
		return nil, fmt.Errorf("audit key: %s is damaged: %w", secretFile, err)
	}
	return k, nil
}

func parseAuditKey(secret string) (*auditKey, error) {
	k := &auditKey{macKey: sha256.Sum256([]byte("genjin audit mac\n" + secret))}
	var err error
	if k.signer, err = note.NewSigner(secret); err != nil {
		return nil, err
	}
	parts := strings.SplitN(secret, "+", 5) // PRIVATE+KEY+name+hash+algorithm and seed
	seed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, errors.New("not an Ed25519 key")
	}
	public, ok := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("not an Ed25519 key")
	}
	if k.public, err = note.NewEd25519VerifierKey(k.signer.Name(), public); err != nil {
		return nil, err
	}
	k.verifier, err = note.NewVerifier(k.public)
	return k, err
}

// strangerKey is a key that signed nothing: what a log is held against whose
// own key is gone.
func strangerKey() (*auditKey, error) {
	secret, _, err := note.GenerateKey(rand.Reader, auditName)
	if err != nil {
		return nil, err
	}
	return parseAuditKey(secret)
}

// makeAuditKey writes the secret half. One that exists is another replica's,
// which was first.
func makeAuditKey(dir string) error {
	secret, _, err := note.GenerateKey(rand.Reader, auditName)
	if err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(dir, secretFile), []byte(secret+"\n")); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// writeSynced writes a file that appears whole or not at all, stands after a
// power cut, and is never written over: [fs.ErrExist].
func writeSynced(path string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // under its name, or of no use
	_, err = tmp.Write(text)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return appear(tmp.Name(), path)
}

// appear gives a whole file its name, unless there is one with that name.
func appear(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err != nil { // a volume without links
		if _, err := os.Lstat(to); err == nil {
			return fmt.Errorf("%s: %w", to, fs.ErrExist)
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	return disk.SyncDir(filepath.Dir(to))
}
