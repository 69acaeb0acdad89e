package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"genjin/config"
	"genjin/sales"
	"genjin/sales/worktime"
	"genjin/store"
)

// settingFile is one of the two files that say how the company works.
type settingFile struct {
	kind    string // as the store calls it
	file    string // as people call it
	env     string // the variable that names its path
	path    string // empty: the text in the binary
	builtin func() []byte

	watched // the watcher's own

	mu      sync.Mutex
	version int64  // in force
	bad     string // why the file is not
	badHash string // of what is wrong
}

// settingFiles are the two files of a configuration.
func settingFiles(cfg config.Config) (org, rules *settingFile) {
	return &settingFile{kind: store.VersionOrg, file: "org.yaml", env: "GENJIN_ORG", path: cfg.OrgPath, builtin: config.SampleOrg},
		&settingFile{kind: store.VersionRules, file: "rules.yaml", env: "GENJIN_RULES", path: cfg.RulesPath, builtin: config.DefaultRules}
}

// read gives the file's text as it is now.
func (s *settingFile) read() ([]byte, error) {
	if s.path == "" {
		return s.builtin(), nil
	}
	text, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.env, err)
	}
	return text, nil
}

// name is how mistakes name the file at the start, where whoever reads them sits
// before the machine.
func (s *settingFile) name() string { return nameOr(s.path, s.file) }

func nameOr(path, name string) string {
	if path == "" {
		return "built-in " + name
	}
	return path
}

// inForce is the number of the version in force.
func (s *settingFile) inForce() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// wrong says why the file is not in force, "" when it is.
func (s *settingFile) wrong() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bad
}

func (s *settingFile) setVersion(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = n
}

// setWrong notes what is wrong, and the hash of it.
func (s *settingFile) setWrong(what, hash string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad, s.badHash = what, hash
}

// taken is a text of a setting, read and checked.
type taken struct {
	org    config.OrgText // of org.yaml
	rules  *sales.Rules   // of rules.yaml
	years  []worktime.HolidayYear
	stored []byte // what the store keeps of it
	hash   string // of stored
}

// take reads a text and checks it.
func (h *hub) take(s *settingFile, name string, text []byte) (taken, error) {
	if s.kind == store.VersionOrg {
		org, err := config.ReadOrg(name, text, h.cfg.Location)
		return taken{org: org, stored: org.Stored, hash: org.Hash}, err
	}
	rules, err := config.ParseRules(name, text)
	if err != nil {
		return taken{}, err
	}
	years, err := holidays(filepath.Join(h.cfg.DataDir, "holidays"))
	return taken{rules: rules, years: years, stored: text, hash: rules.Hash}, err
}

// adopt puts a text in force. What runs goes on with what it began with.
func (h *hub) adopt(s *settingFile, t taken, version int64, former []sales.Person) {
	if s.kind == store.VersionOrg {
		org := t.org.Org.WithFormer(former)
		org.Version = version
		h.org.Store(org)
	} else {
		t.rules.Version = version
		h.cal.Store(worktime.NewCalendar(h.cfg.Location, t.rules.Hours, t.years...))
		h.rules.Store(t.rules)
	}
	s.setVersion(version)
}

// loaded is a version that was stored, ready to be adopted.
type loaded struct {
	taken

	version int64
	former  []sales.Person
}

// stored loads the newest version of a setting. The bool is false before the
// first.
func (h *hub) stored(ctx context.Context, tx *store.Tx, s *settingFile) (loaded, bool, error) {
	v, has, err := tx.NewestVersion(ctx, s.kind)
	if err != nil || !has {
		return loaded{}, false, err
	}
	t, err := h.take(s, fmt.Sprintf("%s 第 %d 版", s.file, v.Number), v.Text)
	if err != nil {
		return loaded{}, true, err
	}
	former, err := tx.Former(ctx)
	return loaded{t, v.Number, former}, true, err
}

// unfit is a text that is right by itself and cannot be taken as things stand.
type unfit struct{ error }

// record stores a text as the newest version, unless it is. What a change of the
// organisation or the rules means for people follows from it.
func (h *hub) record(ctx context.Context, tx *store.Tx, s *settingFile, t taken, by string) (loaded, error) {
	was, has, err := tx.NewestVersion(ctx, s.kind)
	if err != nil {
		return loaded{}, err
	}
	former, err := tx.Former(ctx)
	if err != nil {
		return loaded{}, err
	}
	if has && was.Hash == t.hash {
		return loaded{t, was.Number, former}, nil
	}
	next := loaded{t, 0, former}
	c, err := h.newVersion(ctx, tx, s, &next, from{was, by})
	if err != nil {
		return loaded{}, err
	}
	entry := sales.Entry{Actor: by, Action: s.kind + ".load", Object: fmt.Sprintf("%s:%d", s.kind, next.version), After: mark{next.version, t.hash}}
	if has {
		entry.Before = mark{was.Number, was.Hash}
	}
	c.Entries = []sales.Entry{entry}
	return next, tx.Save(ctx, c, store.Source{Bot: by})
}

// from is from which version to the next, and who takes it.
type from struct {
	was store.Version
	by  string
}

// newVersion stores a text as the next version, and gives what follows from it.
func (h *hub) newVersion(ctx context.Context, tx *store.Tx, s *settingFile, next *loaded, p from) (c sales.Change, err error) {
	if s.kind == store.VersionOrg {
		next.version, _, err = tx.OrgVersion(ctx, next.hash, next.stored, p.by)
		if err != nil {
			return c, err
		}
		return h.regroup(ctx, tx, next, p.was)
	}
	if err := fits(ctx, tx, next.rules); err != nil {
		return c, err
	}
	next.version, _, err = tx.RulesVersion(ctx, next.hash, next.stored, p.by)
	c.Effects = []sales.Effect{{Kind: sales.EffectRulesChanged, Number: next.version}}
	return c, err
}

// mark is what the audit log keeps of a version; the text is in the store.
type mark struct {
	Version int64  `json:"version"`
	SHA256  string `json:"sha256"`
}

// regroup finds who left with a new organisation and who came back, keeps who
// stands in it no more, and gives what follows.
func (h *hub) regroup(ctx context.Context, tx *store.Tx, next *loaded, was store.Version) (c sales.Change, err error) {
	if was.Number == 0 {
		return c, nil
	}
	before, err := config.ReadOrg(was.Kind, was.Text, h.cfg.Location)
	if err != nil { // of an earlier program: nobody can be compared
		before.Org = &sales.Org{}
	}
	for _, p := range next.org.Org.Returners(before.Org, next.former) {
		if err := tx.DropDraft(ctx, store.LeaverKey(p.ID)); err != nil {
			return c, err
		}
	}
	next.former = next.org.Org.Former(before.Org, next.former)
	c.Effects = []sales.Effect{{Kind: sales.EffectOrgChanged, Number: next.version}}
	for _, p := range next.org.Org.Leavers(before.Org) {
		c.Effects = append(c.Effects, sales.Effect{Kind: sales.EffectPersonLeft, Number: next.version, Detail: p.ID})
	}
	return c, tx.SetFormer(ctx, next.former)
}

// fits refuses rules without a stage in which open deals stand, or for which
// they wait: those could go nowhere.
func fits(ctx context.Context, tx *store.Tx, r *sales.Rules) error {
	deals, err := tx.OpenDeals(ctx, "")
	if err != nil {
		return err
	}
	lost := map[string]int{}
	for _, d := range deals {
		at := d.Stage
		if _, there := r.StageByID(at); there && d.Pending != nil {
			at = d.Pending.To
		}
		if _, there := r.StageByID(at); !there {
			lost[at]++
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return unfit{errors.New(stagesLost(lost))}
}

// rulesAt are the rules of a version, for requests that began with it. Those of
// which there is no text any more, or none that this program can read, go on
// with the rules in force.
func (h *hub) rulesAt(ctx context.Context, tx *store.Tx, version int64) (*sales.Rules, error) {
	now := h.rules.Load()
	if version == 0 || version == now.Version {
		return now, nil
	}
	if old, known := h.oldRules.Load(version); known {
		if r, is := old.(*sales.Rules); is {
			return r, nil
		}
	}
	v, err := tx.Version(ctx, store.VersionRules, version)
	if errors.Is(err, store.ErrNotFound) {
		return now, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := config.ParseRules("rules.yaml", v.Text)
	if err != nil {
		return now, nil //nolint:nilerr // of an earlier program
	}
	r.Version = version
	h.oldRules.Store(version, r)
	return r, nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// author is who brings a text: what made the hub look, and on which machine.
func author(how string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return how + "@" + host
}

// problems are the first lines of what is wrong: a person mends one after the
// other.
func problems(err error) string {
	const most = 5
	lines := strings.Split(err.Error(), "\n")
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf(wordMoreProblems, len(lines)-most))
	}
	return strings.Join(lines, "\n")
}

// unreadable stands for the hash of a file that cannot be read.
const unreadable = "unreadable"

// stamp is how a file looks from outside.
type stamp struct {
	at   time.Time
	size int64
}

// watched is what the watcher knows of a file.
type watched struct {
	hash    string // of what it held when it was last dealt with
	looked  stamp  // how it looked then
	last    stamp  // how it looked a moment ago
	rounds  int    // looks since it was read
	missing int    // looks in a row at which it could not be read
	logged  string // what went wrong at the last look
	unread  int64  // a stored version that this program cannot read
}
