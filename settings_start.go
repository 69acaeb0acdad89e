package main

import (
	"context"
	"errors"
	"fmt"

	"genjin/sales"
	"genjin/store"
)

// beginning is what a process begins with.
type beginning struct {
	loaded

	bad  error  // why it is not the process's own file
	hash string // of the file
}

// begin puts in force what a setting begins with. The newest stored version
// counts, unless this machine's file holds words that no version ever had: then
// somebody wrote them while no hub looked, and they are the next version. An
// older text never comes back by a mere start. Only serve stores.
func (h *hub) begin(ctx context.Context, s *settingFile, serves bool) error {
	var own taken
	text, bad := s.read()
	if s.hash = hashOf(text); bad != nil {
		s.hash, bad = unreadable, fmt.Errorf(wordUnreadable, s.name(), s.env)
	} else {
		own, bad = h.take(s, s.name(), text)
	}
	s.looked, _ = stampOf(s.path)
	s.last = s.looked
	b := beginning{hash: s.hash}
	do := h.store.View
	if serves {
		do = h.store.Do
	}
	err := do(ctx, func(tx *store.Tx) (err error) {
		b.loaded, b.bad, err = h.choose(ctx, tx, s, own, choice{bad, serves})
		return err
	})
	if err != nil {
		return err
	}
	h.adopt(s, b.taken, b.version, b.former)
	if s.kind == store.VersionOrg {
		h.robots.Store(&own.org.Robots)
	}
	if b.bad == nil || !serves {
		return nil
	}
	return h.refuse(ctx, s, b.hash, problems(b.bad))
}

// choice is what is known about this machine's file.
type choice struct {
	bad    error // what is wrong with it
	serves bool
}

// choose decides between this machine's file and the newest stored version; why
// says what speaks against the file.
func (h *hub) choose(ctx context.Context, tx *store.Tx, s *settingFile, own taken, c choice) (l loaded, why, err error) {
	v, has, err := tx.NewestVersion(ctx, s.kind)
	if err != nil {
		return loaded{}, nil, err
	}
	switch {
	case !has && c.bad != nil:
		return loaded{}, nil, c.bad
	case !has && !c.serves:
		return loaded{taken: own}, nil, nil
	case c.bad != nil:
		why = c.bad
	case renewed(has, v, own, c):
		l, why, err = h.renew(ctx, tx, s, own, v)
		if why == nil || err != nil {
			return l, nil, err
		}
	}
	if l, err = h.newest(ctx, tx, s, own, v.Hash); err != nil {
		return loaded{}, nil, errors.Join(c.bad, err)
	}
	return l, why, nil
}

// renewed tells whether this machine's sound file could be the next version.
func renewed(has bool, v store.Version, own taken, c choice) bool {
	return !has || (c.serves && v.Hash != own.hash)
}

// newest gives the stored version; where this machine's file has the same words,
// with the keys that are kept apart.
func (h *hub) newest(ctx context.Context, tx *store.Tx, s *settingFile, own taken, hash string) (loaded, error) {
	l, _, err := h.stored(ctx, tx, s)
	if err == nil && hash == own.hash {
		l.taken = own
	}
	return l, err
}

// renew makes the next version of this machine's file, unless it is an old one
// or does not fit: why says so.
func (h *hub) renew(ctx context.Context, tx *store.Tx, s *settingFile, own taken, v store.Version) (l loaded, why, err error) {
	if why, err = h.stale(ctx, tx, s, own, v); why != nil || err != nil {
		return loaded{}, why, err
	}
	l, err = h.record(ctx, tx, s, own, author("start"))
	if why = unfitting(err); why != nil {
		return loaded{}, why, nil
	}
	return l, nil, err
}

// unfitting is why a text that is right cannot be taken, or nil.
func unfitting(err error) error {
	if no, is := errors.AsType[unfit](err); is {
		return no
	}
	return nil
}

// stale says of a file that was in force before and is not now, that it is old.
func (h *hub) stale(ctx context.Context, tx *store.Tx, s *settingFile, own taken, now store.Version) (error, error) {
	old, known, err := tx.VersionByHash(ctx, s.kind, own.hash)
	if err != nil || !known {
		return nil, err
	}
	return fmt.Errorf(wordStale, author(s.file), old.Number, now.Number, now.By), nil
}

// refuse notes that a setting's file is not in force and why. The admins are
// told once per content, and again when another version came into force since.
func (h *hub) refuse(ctx context.Context, s *settingFile, hash, why string) error {
	version := s.inForce()
	err := h.store.Do(ctx, func(tx *store.Tx) error {
		first, err := tx.Once(ctx, fmt.Sprintf("config-bad:%s:%s:%d", s.kind, hash, version))
		if err != nil || !first {
			return err
		}
		return tx.Save(ctx, sales.Change{Effects: []sales.Effect{{Kind: sales.EffectConfigBad, Actor: s.file, Number: version, Detail: why}}}, store.Source{})
	})
	if err != nil {
		return err
	}
	s.setWrong(why, hash)
	return nil
}
