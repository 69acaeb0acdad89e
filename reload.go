package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"genjin/sales"
	"genjin/store"
)

// How settings are watched.
const (
	lookEvery   = time.Second // at the files, and at the versions of other replicas
	rereadEvery = 15          // looks after which a file is read though it looks the same
	missingFor  = 3           // looks at which a file may be away: editors replace it
)

// watch takes what changes in org.yaml and rules.yaml, here or by another
// replica, until ctx ends.
func (h *hub) watch(ctx context.Context, hup <-chan os.Signal) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	asked := false
	for {
		for _, s := range []*settingFile{h.orgFile, h.rulesFile} {
			h.complain(ctx, s, errors.Join(h.look(ctx, s, asked), h.follow(ctx, s)))
		}
		asked = false
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			asked = true
		case <-t.C:
		}
	}
}

// complain logs what went wrong, once while it stays the same.
func (h *hub) complain(ctx context.Context, s *settingFile, err error) {
	what := ""
	if err != nil && ctx.Err() == nil {
		what = err.Error()
	}
	if what != "" && what != s.logged {
		h.log.LogAttrs(ctx, slog.LevelWarn, "settings", slog.String("file", s.file), slog.Any("error", err))
	}
	s.logged = what
}

// look takes a file's text when it changed, or when somebody asks for it. A file
// that was not dealt with, since the database was away, is looked at again.
func (h *hub) look(ctx context.Context, s *settingFile, asked bool) error {
	if s.path == "" {
		return nil
	}
	seen, due := s.glance(asked)
	if !due {
		return nil
	}
	how := "file"
	if asked {
		how = "SIGHUP"
	}
	text, err := s.read()
	if err != nil {
		seen.hash = unreadable
		err = unfit{fmt.Errorf(wordUnreadable, s.file, s.env)}
	} else if seen.hash = hashOf(text); seen.hash == s.hash && !asked {
		s.looked, s.rounds = seen.looked, 0
		return nil
	}
	if err == nil {
		err = h.try(ctx, s, text, author(how))
	}
	if err = h.dealt(ctx, s, seen.hash, err); err == nil {
		s.hash, s.looked, s.rounds = seen.hash, seen.looked, 0
	}
	return err
}

// dealt notes what is wrong with a file. An error that is not the file's stays:
// then the file is looked at again.
func (h *hub) dealt(ctx context.Context, s *settingFile, hash string, err error) error {
	why := unfitting(err)
	if why == nil {
		return err
	}
	h.log.LogAttrs(ctx, slog.LevelError, "settings refused", slog.String("file", s.file), slog.Any("error", why))
	return h.refuse(ctx, s, hash, problems(why))
}

// try takes a text and brings it. A text that cannot be taken is [unfit].
func (h *hub) try(ctx context.Context, s *settingFile, text []byte, by string) error {
	t, err := h.take(s, s.file, text)
	if err != nil {
		return unfit{err}
	}
	return h.bring(ctx, s, t, by)
}

// glance tells whether a file is due to be read: it looks different than when it
// was dealt with, and has stood still for a moment. Now and then it is read all
// the same: a clock may have been set back.
func (s *settingFile) glance(asked bool) (watched, bool) {
	now, err := stampOf(s.path)
	if err != nil {
		s.missing++
		return watched{}, asked || (s.missing >= missingFor && s.hash != unreadable)
	}
	s.missing = 0
	still := now == s.last
	s.last = now
	s.rounds++
	return watched{looked: now}, asked || (still && (now != s.looked || s.rounds >= rereadEvery))
}

// stampOf is how a file looks now.
func stampOf(path string) (stamp, error) {
	if path == "" {
		return stamp{}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, fmt.Errorf("look at %s: %w", path, err)
	}
	return stamp{info.ModTime(), info.Size()}, nil
}

// bring makes a text the version in force, everywhere.
func (h *hub) bring(ctx context.Context, s *settingFile, t taken, by string) error {
	var l loaded
	before := s.inForce()
	err := h.store.Do(ctx, func(tx *store.Tx) (err error) {
		if l, err = h.record(ctx, tx, s, t, by); err != nil {
			return err
		}
		return s.mended(ctx, tx, l.version)
	})
	if err != nil {
		return err
	}
	s.setWrong("", "")
	h.adopt(s, l.taken, l.version, l.former)
	if s.kind == store.VersionOrg {
		h.robots.Store(&t.org.Robots)
	}
	h.tellTaken(ctx, s, before, by)
	return nil
}

// mended tells the admins that a file is right again.
func (s *settingFile) mended(ctx context.Context, tx *store.Tx, version int64) error {
	s.mu.Lock()
	hash := s.badHash
	s.mu.Unlock()
	if hash == "" {
		return nil
	}
	first, err := tx.Once(ctx, fmt.Sprintf("config-mended:%s:%s:%d", s.kind, hash, version))
	if err != nil || !first {
		return err
	}
	return tx.Save(ctx, sales.Change{Effects: []sales.Effect{{Kind: sales.EffectConfigMended, Actor: s.file, Number: version}}}, store.Source{})
}

// follow takes the version that another replica brought.
func (h *hub) follow(ctx context.Context, s *settingFile) error {
	before := s.inForce()
	var l loaded
	err := h.store.View(ctx, func(tx *store.Tx) error {
		n, err := tx.InForce(ctx, s.kind)
		if err != nil || n <= before || n == s.unread {
			return err
		}
		var has bool
		l, has, err = h.stored(ctx, tx, s)
		if err != nil && has && l.version == 0 { // it is there, and cannot be read
			s.unread = n
			return unfit{fmt.Errorf(wordTooNew, n, problems(err))}
		}
		return err
	})
	if no := unfitting(err); no != nil {
		return errors.Join(no, h.refuse(ctx, s, fmt.Sprintf("version %d", s.unread), no.Error()))
	}
	if err != nil || l.version == 0 {
		return err
	}
	h.adopt(s, l.taken, l.version, l.former)
	if s.unread > 0 { // what could not be read is past
		s.unread = 0
		s.setWrong("", "")
	}
	h.tellTaken(ctx, s, before, "another replica")
	return nil
}

// tellTaken notes in the log that a version came into force here.
func (h *hub) tellTaken(ctx context.Context, s *settingFile, before int64, by string) {
	if now := s.inForce(); now != before {
		h.log.LogAttrs(ctx, slog.LevelInfo, "settings taken", slog.String("file", s.file), slog.Int64("version", now), slog.String("by", by))
	}
}

// misfits says for each file that is not in force why, on a page that anybody
// may open: with the line and what to write, without what was written and where
// on this machine the file is.
func (h *hub) misfits() []string {
	var all []string
	for _, s := range []*settingFile{h.orgFile, h.rulesFile} {
		if why := s.wrong(); why != "" {
			if s.path != "" {
				why = strings.ReplaceAll(why, s.path, s.file)
			}
			all = append(all, fmt.Sprintf("%s: %s", s.kind, private.ReplaceAllString(why, "…")))
		}
	}
	return all
}

// gauges say for each file whether it is in force, for Prometheus.
func (h *hub) gauges() []prometheus.Collector {
	files := []*settingFile{h.orgFile, h.rulesFile}
	all := make([]prometheus.Collector, 0, len(files))
	for _, s := range files {
		all = append(all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "genjin_config_bad", Help: "1 while a file is not in force and an older version is.", ConstLabels: prometheus.Labels{"file": s.kind},
		}, func() float64 {
			if s.wrong() != "" {
				return 1
			}
			return 0
		}))
	}
	return all
}
