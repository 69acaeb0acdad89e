package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"genjin/bots/wecom"
	"genjin/config"
	"genjin/sales"
	"genjin/store"
)

// level is how bad a finding is.
type level int

const (
	levelFine level = iota + 1
	levelWarn
	levelBad
)

// finding is one line of what the doctor says: what is, and what to do.
type finding struct {
	Level level
	Check string // stable, for programs
	What  string
	Do    string // empty when there is nothing to do
}

// saying is a finding's words. {1}, {2} … stand for what was found.
type saying struct{ what, do string }

// memory is what the doctor asks of the store.
type memory interface {
	Ready(ctx context.Context) error
	DatabaseTime(ctx context.Context) (time.Time, error)
	Counts(ctx context.Context) (store.Counts, error)
	AuditHealth(ctx context.Context) (store.AuditHealth, error)
	Undelivered(ctx context.Context, before time.Time) ([]int64, error)
	Close() error
}

// platform is a chat platform whose credentials can be tried.
type platform struct {
	name  string
	base  string // where its API is
	check func(context.Context) error
	app   func(context.Context) (wecom.Agent, error)   // the app's own entry; nil: the platform shows none
	knows func(ctx context.Context, user string) error // whether the app sees a person; nil: cannot be asked
}

// surroundings is all that the doctor looks at. Tests plant faults here.
type surroundings struct {
	getenv    func(string) string
	environ   []string
	read      func(path string) ([]byte, error)
	now       func() time.Time
	open      func(context.Context, config.Config) (memory, error)
	served    func(config.Config) (pid string, served bool, err error)
	free      func(dir string) (bytes uint64, err error)
	askRedis  func(ctx context.Context, url string) (policy string, err error)
	platforms func(config.Config) ([]platform, error)
	web       *http.Client
}

// doctor looks at everything that must be right for the hub to work, and says
// of each fault what to do. It changes nothing.
type doctor struct {
	surroundings

	tell func(finding)
	bad  int
	warn int

	cfg       config.Config
	org       *sales.Org
	store     memory // nil when it could not be opened
	isServed  bool   // as far as a lock can tell
	reached   bool   // the public URL answers, and it is us
	endOfCert time.Time
}

// check is one thing to look at.
type check struct {
	id   string
	look func(*doctor, context.Context)
}

// lookWithin bounds one check, so that a hole in the network costs seconds.
const lookWithin = 12 * time.Second

// run does every check in order. Without a configuration there is nothing else
// to look at.
func (d *doctor) run(ctx context.Context) {
	for _, c := range setupChecks {
		d.one(ctx, c)
	}
	if d.bad > 0 {
		d.say(levelWarn, "rest", sayRest)
		return
	}
	defer func() {
		if d.store != nil {
			_ = d.store.Close() // it was only read
		}
	}()
	for _, c := range worldChecks {
		d.one(ctx, c)
	}
}

func (d *doctor) one(ctx context.Context, c check) {
	if ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	c.look(d, ctx)
}

// say tells one finding.
func (d *doctor) say(l level, id string, s saying, args ...any) {
	switch l {
	case levelBad:
		d.bad++
	case levelWarn:
		d.warn++
	case levelFine:
	}
	d.tell(finding{Level: l, Check: id, What: fill(s.what, args), Do: fill(s.do, args)})
}

// fill puts what was found into a text.
func fill(text string, args []any) string {
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i+1), fmt.Sprint(a))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
