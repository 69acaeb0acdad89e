package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"genjin/bots"
)

// lookPlatforms tries the credentials of every platform that is on, and compares
// its clock with ours.
func lookPlatforms(d *doctor, ctx context.Context) {
	if len(d.on()) == 0 {
		return
	}
	all, err := d.platforms(d.cfg)
	if err != nil {
		d.say(levelBad, "config", sayMistake, err)
		return
	}
	for _, p := range all {
		err := p.check(ctx)
		if err == nil {
			d.say(levelFine, p.name, sayPlatform, platformWords[p.name])
		}
		for _, err := range eachOf(err) {
			d.refused(p, err)
		}
		d.platformClock(ctx, p)
	}
}

// eachOf are the errors that stand in one.
func eachOf(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// refused words what a platform does not take, by its code.
func (d *doctor) refused(p platform, err error) {
	record := err.Error()
	if e, ok := errors.AsType[*bots.SendError](err); ok {
		record = fmt.Sprintf("%s %v", e.Platform, e.Err)
	}
	record = bots.Redact(cut(record))
	code := first(codeShape, record)
	s, known := codeWords[p.name][code]
	if !known {
		s = sayPlatformRefused
		if e, ok := errors.AsType[*bots.SendError](err); ok && e.Code == bots.CodeUnavailable {
			s = sayPlatformAway
		}
	}
	d.say(levelBad, p.name, s, platformWords[p.name], record, cmp.Or(first(ipShape, record), "见左边的错误信息"))
}

// first is the first group of a pattern in a text.
func first(shape *regexp.Regexp, text string) string {
	if m := shape.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// dateWarns is how far the clock may be from a platform's, whose header tells
// whole seconds and has travelled.
const dateWarns = 5 * time.Second

// platformClock compares the clock with the platform's Date header. Where the
// platform does not answer, its check has told.
func (d *doctor) platformClock(ctx context.Context, p platform) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, strings.TrimRight(p.base, "/")+"/", nil)
	if err != nil {
		return
	}
	before := d.now()
	resp, err := d.web.Do(req)
	if err != nil {
		return
	}
	resp.Body.Close() //nolint:errcheck // it has none
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return
	}
	// The header cuts to whole seconds: on average half of one is missing.
	d.skew(platformWords[p.name], midway(before, d.now()).Sub(theirs.Add(time.Second/2)), dateWarns)
}
