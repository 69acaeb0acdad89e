package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"genjin/bots"
	"genjin/config"
)

// orgCmd brings org.yaml and the platforms' directories together.
type orgCmd struct {
	Check   orgCheckCmd   `cmd:"" help:"Check an org.yaml: every problem at once, with its line."`
	Pull    orgPullCmd    `cmd:"" help:"Read a platform's directory and merge it into the file of GENJIN_ORG."`
	Unknown orgUnknownCmd `cmd:"" help:"List who wrote to the hub and is not known."`
}

// orgCheckCmd checks one file.
type orgCheckCmd struct {
	File string `arg:"" help:"The org.yaml to check."`
}

// Run implements the command. It needs no other setting than the time zone.
func (c *orgCheckCmd) Run(e *env) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("org: %w", err)
	}
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	org, err := config.ReadOrg(c.File, text, cfg.Location)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, wordOrgRight, c.File, len(org.Org.People()), len(org.Org.Teams()))
	return err
}

// orgPullCmd merges one platform's directory.
type orgPullCmd struct {
	Platform string `arg:"" help:"Whose directory: feishu or wecom." enum:"feishu,wecom"`
	DryRun   bool   `help:"Say what would be done, and do nothing."`
}

// Run implements the command. It works beside a running hub.
func (c *orgPullCmd) Run(e *env) error {
	cfg, err := config.Load(e.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	if cfg.OrgPath == "" {
		return errors.New(wordNoOrgPath)
	}
	on, err := platformsToAsk(cfg)
	if err != nil {
		return err
	}
	p := orgPull{path: cfg.OrgPath, platform: c.Platform, dry: c.DryRun, location: cfg.Location, out: e.out, directories: directories(on)}
	return p.run(e.ctx)
}

// platformsToAsk are those that are on, for commands that only ask them.
func platformsToAsk(cfg config.Config) ([]bots.Bot, error) {
	on, err := platformsOf(cfg, nil, platformParts{now: time.Now, log: slog.New(slog.DiscardHandler)})
	return on.bots, err
}

// directories are the platforms that tell who works at the company.
func directories(all []bots.Bot) map[string]bots.Directory {
	out := map[string]bots.Directory{}
	for _, b := range all {
		if d, is := b.(bots.Directory); is {
			out[b.Name()] = d
		}
	}
	return out
}

// orgPull is one pull.
type orgPull struct {
	path, platform string
	dry            bool
	location       *time.Location
	out            io.Writer
	directories    map[string]bots.Directory
}

func (p orgPull) run(ctx context.Context) error {
	from, on := p.directories[p.platform]
	if !on {
		return errors.New(fill(wordNotOn[p.platform], nil))
	}
	members, err := everybody(ctx, from)
	if err != nil {
		s, args := refusal(p.platform, err)
		return fmt.Errorf("%s：%s — %s", platformWords[p.platform], fill(s.what, args), fill(s.do, args))
	}
	if len(members) == 0 {
		return errors.New(wordNobody[p.platform])
	}
	others, note := p.others(ctx, members)
	text, err := readOrNothing(p.path)
	if err != nil {
		return err
	}
	merge, err := config.MergeOrg(p.path, text, p.location, config.Pull{Platform: p.platform, Members: members, Others: others})
	if err != nil {
		return err
	}
	r := report{out: p.out}
	r.say(note)
	r.merge(p.platform, len(members), merge)
	switch {
	case !merge.Changed():
		r.say(wordNothingToWrite, p.path)
	case p.dry:
		r.say(wordDryRun, p.path)
	default:
		if err := replaceFile(p.path, text, merge.Text); err != nil {
			return err
		}
		if r.say(wordWritten, p.path); text != nil {
			r.say(wordKeptOld, p.path)
		}
	}
	return r.err
}

// everybody is a whole directory.
func everybody(ctx context.Context, d bots.Directory) ([]config.Member, error) {
	var all []config.Member
	err := d.People(ctx, func(m bots.Member) error {
		all = append(all, config.Member(m))
		return nil
	})
	return all, err
}

// others reads the other platforms, where that can tell who is the same person.
// Where one cannot be read the pull goes on, and asks.
func (p orgPull) others(ctx context.Context, members []config.Member) (others map[string][]config.Member, note string) {
	told := false
	for _, m := range members {
		told = told || m.Mobile != "" || m.Email != ""
	}
	if !told {
		return nil, ""
	}
	others = map[string][]config.Member{}
	var notes []string
	for name, d := range p.directories {
		if name == p.platform {
			continue
		}
		all, err := everybody(ctx, d)
		if err != nil {
			s, args := refusal(name, err)
			notes = append(notes, fill(wordOtherAway, []any{platformWords[name], fill(s.what, args)}))
			continue
		}
		others[name] = all
	}
	return others, strings.Join(notes, "\n")
}

// readOrNothing reads a file that need not be there yet.
func readOrNothing(path string) ([]byte, error) {
	text, err := os.ReadFile(path) //nolint:gosec // an operator's file
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("GENJIN_ORG: %w", err)
	}
	return text, nil
}

// replaceFile puts a new text in the place of an old one, all of it or nothing,
// and keeps the old one beside it. Whatever somebody wrote meanwhile is not
// written over.
func replaceFile(path string, old, text []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	as := like{mode: 0o600, owner: filepath.Dir(path)}
	if info, err := os.Stat(path); err == nil {
		as = like{mode: info.Mode().Perm(), owner: path}
	}
	if old != nil {
		if err := writeBeside(path+".bak", old, as); err != nil {
			return err
		}
	}
	now, err := readOrNothing(path)
	if err != nil {
		return err
	}
	if string(now) != string(old) {
		return errors.New(fill(wordChangedMeanwhile, []any{path}))
	}
	return writeBeside(path, text, as)
}

// like is how a new file is to be: its mode, and what has the same owner.
type like struct {
	mode  os.FileMode
	owner string
}

// writeBeside writes a file beside its place and moves it there.
func writeBeside(path string, text []byte, as like) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(as.mode), giveTo(as.owner, f.Name()), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
