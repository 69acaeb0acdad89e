package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"genjin/store"
)

// spaceLeast is the least free space that does not worry.
const spaceLeast = 1 << 30

// lookDataDir makes sure that the data dir can be written to and has room. Where
// there is none yet, the folder it will be made in counts.
func (d *doctor) lookDataDir(context.Context) {
	dir, err := filepath.Abs(d.cfg.DataDir)
	if err != nil {
		d.say(levelBad, "data_dir", sayDataDir, d.cfg.DataDir, reason(err))
		return
	}
	there := dir
	for {
		info, err := os.Stat(there)
		if err == nil && !info.IsDir() {
			d.say(levelBad, "data_dir", sayDataDirFile, there)
			return
		}
		if err == nil || filepath.Dir(there) == there {
			break
		}
		there = filepath.Dir(there)
	}
	f, err := os.CreateTemp(there, ".doctor-*")
	if err == nil {
		_, err = f.WriteString("doctor")
		err = errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		d.say(levelBad, "data_dir", sayDataDir, dir, reason(err))
		return
	}
	free, err := d.free(there)
	switch {
	case err != nil:
		d.say(levelFine, "data_dir", sayDataDirFine, dir, "未知")
	case free < spaceLeast:
		d.say(levelWarn, "data_dir", sayDataDirFull, dir, mib(free))
	default:
		d.say(levelFine, "data_dir", sayDataDirFine, dir, mib(free))
	}
}

// reason is an error without the paths that the finding names already.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return cut(err.Error())
}

// lookServe looks whether a hub is running on the SQLite file.
func (d *doctor) lookServe(context.Context) {
	if d.cfg.DatabaseURL != "" {
		d.say(levelFine, "serve", sayServePostgres)
		return
	}
	pid, served, err := d.served(d.cfg)
	d.isServed = served
	switch {
	case err != nil:
		d.say(levelWarn, "serve", sayServeUnknown, reason(err))
	case served:
		d.say(levelFine, "serve", sayServe, pid)
	default:
		d.say(levelWarn, "serve", sayNoServe)
	}
}

// lookDatabase makes sure that the database is ours and commits.
func (d *doctor) lookDatabase(ctx context.Context) {
	if d.cfg.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(d.cfg.DataDir, "genjin.db")); errors.Is(err, fs.ErrNotExist) {
			d.say(levelWarn, "database", sayNoDatabase)
			return
		}
	}
	s, err := d.open(ctx, d.cfg)
	if err == nil {
		if err = s.Ready(ctx); err != nil {
			_ = s.Close() // it was not used
		}
	}
	switch {
	case err == nil:
		d.store = s
		d.say(levelFine, "database", sayDatabase)
		d.say(levelFine, "marker", sayMarker)
	case errors.Is(err, store.ErrSchema) && strings.Contains(err.Error(), "genjin migrate"):
		d.say(levelBad, "database", saySchemaOld, err)
	case errors.Is(err, store.ErrSchema):
		d.say(levelBad, "database", saySchemaNew, err)
	case errors.Is(err, store.ErrForeign):
		d.say(levelBad, "marker", sayForeign, err)
	case d.cfg.DatabaseURL != "":
		d.say(levelBad, "database", sayPostgresAway, cut(err.Error()))
	default:
		d.say(levelBad, "database", saySQLiteAway, cut(err.Error()))
	}
}

// How far the clock may be from others'.
const (
	skewWarns = 2 * time.Second
	skewStops = 10 * time.Second
)

// lookClock compares the clock with the database's.
func (d *doctor) lookClock(ctx context.Context) {
	if d.store == nil || d.cfg.DatabaseURL == "" {
		return // with SQLite there is one clock only
	}
	before := d.now()
	theirs, err := d.store.DatabaseTime(ctx)
	if err != nil {
		d.say(levelWarn, "clock", sayClockUnknown, "数据库", cut(err.Error()))
		return
	}
	d.skew("数据库", midway(before, d.now()).Sub(theirs), skewWarns)
}

// midway is the instant at which the other side probably looked at its clock.
func midway(a, b time.Time) time.Time { return a.Add(b.Sub(a) / 2) }

// skew judges how far the clock is ahead of another one.
func (d *doctor) skew(whose string, ahead, warns time.Duration) {
	switch off := ahead.Abs(); {
	case off > skewStops:
		d.say(levelBad, "clock", sayClockFar, whose, ahead.Round(time.Millisecond))
	case off > warns:
		d.say(levelWarn, "clock", sayClockOff, whose, ahead.Round(time.Millisecond))
	default:
		d.say(levelFine, "clock", sayClock, whose, off.Round(time.Millisecond))
	}
}

const (
	// checkpointLate is when a checkpoint is late while the log grows: they are
	// made once a minute.
	checkpointLate = 10 * time.Minute
	// backlogLate is when work that is due has waited too long.
	backlogLate = 5 * time.Minute
	// cardLate is when the card of an approval should have arrived.
	cardLate = 5 * time.Minute
)

// lookAudit opens the last checkpoint with the key in the data dir.
func (d *doctor) lookAudit(ctx context.Context) {
	if d.store == nil {
		return
	}
	h, err := d.store.AuditHealth(ctx)
	age := d.now().Sub(h.At).Round(time.Second)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.say(levelBad, "audit", sayNoKey, filepath.Join(d.cfg.DataDir, "keys"))
	case err != nil:
		d.say(levelBad, "audit", sayBadKey, cut(err.Error()), filepath.Join(d.cfg.DataDir, "keys"))
	case h.Unsequenced > 0 && h.Signed > 0 && age > checkpointLate:
		d.say(levelWarn, "audit", sayLateCheckpoint, h.Unsequenced, age)
	case h.Signed == 0:
		d.say(levelFine, "audit", sayNoCheckpoint)
	default:
		d.say(levelFine, "audit", sayAudit, h.Signed, age)
	}
}

// lookWork looks for what could not be done, and for what waits too long.
func (d *doctor) lookWork(ctx context.Context) {
	if d.store == nil {
		return
	}
	c, err := d.store.Counts(ctx)
	if err != nil {
		d.say(levelWarn, "dead", sayUnread, cut(err.Error()))
		return
	}
	failed, uncertain := c.Messages[string(store.MessageFailed)], c.Messages[string(store.MessageUncertain)]
	if c.DeadJobs+failed+uncertain > 0 {
		d.say(levelWarn, "dead", sayDead, c.DeadJobs, failed, uncertain)
	} else {
		d.say(levelFine, "dead", sayNoDead)
	}
	if c.OldestDue > backlogLate {
		d.say(levelWarn, "backlog", sayBacklog, c.DueJobs, c.OldestDue.Round(time.Second))
		return
	}
	d.say(levelFine, "backlog", sayNoBacklog, c.DueJobs)
}

// lookApprovals looks for approvals that nobody got to see.
func (d *doctor) lookApprovals(ctx context.Context) {
	if d.store == nil {
		return
	}
	numbers, err := d.store.Undelivered(ctx, d.now().Add(-cardLate))
	switch {
	case err != nil:
		d.say(levelWarn, "approvals", sayUnread, cut(err.Error()))
	case len(numbers) > 0:
		d.say(levelWarn, "approvals", sayUndelivered, hashes(numbers))
	default:
		d.say(levelFine, "approvals", sayDelivered)
	}
}

// lookQueue asks Redis, the bell.
func (d *doctor) lookQueue(ctx context.Context) {
	if d.cfg.RedisURL == "" {
		d.say(levelFine, "queue", sayQueueEmbedded)
		return
	}
	policy, err := d.askRedis(ctx, d.cfg.RedisURL.Reveal())
	switch {
	case err != nil:
		d.say(levelBad, "queue", sayQueueAway, cut(err.Error()))
	case policy == "":
		d.say(levelWarn, "queue", sayQueueSilent)
	case policy != "noeviction":
		d.say(levelWarn, "queue", sayQueueEvicts, policy)
	default:
		d.say(levelFine, "queue", sayQueue)
	}
}
