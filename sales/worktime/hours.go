package worktime

import (
	"fmt"
	"time"
)

// TimeOfDay is minutes after midnight, in the hub's zone.
type TimeOfDay int

// on is the time of day on a given day.
func (m TimeOfDay) on(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), int(m)/60, int(m)%60, 0, 0, day.Location())
}

// String writes a time of day as 09:30.
func (m TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(m)/60, int(m)%60) }

// WorkHours is when people work on a working day.
type WorkHours struct{ From, To TimeOfDay }

// QuietHours is when clocks keep silent: [From, To) across midnight, and days off.
type QuietHours struct{ From, To TimeOfDay }

// Due is an instant by which something must be done.
type Due struct {
	At          time.Time `json:"at"`          // zero = no due time
	Provisional bool      `json:"provisional"` // a year without holiday data lies between
}
