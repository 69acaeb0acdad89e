package bots

import (
	"context"
	"errors"
	"time"
)

// A Directory knows who works at the company.
type Directory interface {
	// People gives everybody the app may see to each, once. Its errors are
	// [SendError], or what each gave.
	People(ctx context.Context, each func(Member) error) error
}

// A Namer knows what a person is called.
type Namer interface {
	// NameOf gives the name that the platform has for a person. Its errors are
	// [SendError].
	NameOf(ctx context.Context, user string) (string, error)
}

// Member is a person as the platform's directory has them.
type Member struct {
	User        string // the platform's id
	Name        string
	Mobile      string   // "" where the app is not told, as Email
	Email       string   //
	Departments []string // from the top: 销售部/华东区
	Leader      string   // the platform's id of whom they report to
	Left        bool     // their account is closed or frozen
}

const (
	// askPause is how long [Patiently] waits at first where nobody says how long.
	askPause = 200 * time.Millisecond
	// askPauseMost bounds its waits: what takes longer is not worth it.
	askPauseMost = 90 * time.Second
)

// Patiently asks for something that changes nothing, and asks again where the
// platform was busy or could not be reached, at most so many times. What a
// person must mend is not asked again.
func Patiently(ctx context.Context, tries int, ask func(context.Context) error) error {
	for pause := askPause; ; pause *= 2 {
		err := ask(ctx)
		tries--
		se, is := errors.AsType[*SendError](err)
		if !is || tries <= 0 || !se.Retry || se.Code == CodeConfig || se.After > askPauseMost {
			return err
		}
		t := time.NewTimer(max(pause, se.After))
		select {
		case <-ctx.Done():
			t.Stop()
			return errors.Join(err, ctx.Err())
		case <-t.C:
		}
	}
}
