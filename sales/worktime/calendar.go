package worktime

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// HolidayYear is one year's days off and worked weekend days, as yyyy-mm-dd.
type HolidayYear struct {
	Year int
	Off  []string
	Work []string
}

// BuiltinHolidays are the years that this program knows.
func BuiltinHolidays() []HolidayYear { return append([]HolidayYear(nil), builtinHolidays...) }

// ErrNoHolidays is a year whose holidays are not announced yet.
var ErrNoHolidays = errors.New("no days in it yet")

// ParseHolidays reads a year in the form of NateScarlet/holiday-cn. A year
// without days is not known yet: [ErrNoHolidays].
func ParseHolidays(text []byte) (HolidayYear, error) {
	var file struct {
		Year int `json:"year"`
		Days []struct {
			Date  string `json:"date"`
			IsOff bool   `json:"isOffDay"`
		} `json:"days"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return HolidayYear{}, fmt.Errorf("holidays: %w", err)
	}
	y := HolidayYear{Year: file.Year}
	if y.Year < 2000 || y.Year > 9999 {
		return HolidayYear{}, fmt.Errorf("holidays: no year %d", y.Year)
	}
	if len(file.Days) == 0 {
		return HolidayYear{}, fmt.Errorf("holidays of %d: %w", y.Year, ErrNoHolidays)
	}
	for _, d := range file.Days {
		if _, err := time.Parse(time.DateOnly, d.Date); err != nil {
			return HolidayYear{}, fmt.Errorf("holidays: %w", err)
		}
		if d.IsOff {
			y.Off = append(y.Off, d.Date)
		} else {
			y.Work = append(y.Work, d.Date)
		}
	}
	return y, nil
}

// Calendar knows which days are worked in China, with 调休. Years without facts
// count Monday to Friday, and what depends on them is provisional.
type Calendar struct {
	loc   *time.Location
	hours WorkHours
	years map[int]bool
	off   map[string]bool
	work  map[string]bool
}

// NewCalendar makes a calendar in a zone. Later facts about a year replace
// earlier ones.
func NewCalendar(loc *time.Location, hours WorkHours, facts ...HolidayYear) *Calendar {
	c := &Calendar{loc: loc, hours: hours, years: map[int]bool{}, off: map[string]bool{}, work: map[string]bool{}}
	latest := map[int]HolidayYear{}
	for _, y := range facts {
		latest[y.Year] = y
	}
	for year, y := range latest {
		c.years[year] = true
		for _, d := range y.Off {
			c.off[d] = true
		}
		for _, d := range y.Work {
			c.work[d] = true
		}
	}
	return c
}

// Location is the calendar's zone.
func (c *Calendar) Location() *time.Location { return c.loc }

// Workday tells whether an instant's day is worked, and whether its year is
// known.
func (c *Calendar) Workday(t time.Time) (work, known bool) {
	t = t.In(c.loc)
	known = c.years[t.Year()]
	day := t.Format(time.DateOnly)
	switch {
	case c.off[day]:
		return false, known
	case c.work[day]:
		return true, known
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday, known
}

// daysMax bounds a search for working days: no calendar has a gap so long.
const daysMax = 4000

// AddDays is the same clock time on the n-th following working day; for n below
// one it is the instant itself.
func (c *Calendar) AddDays(t time.Time, n int) Due {
	t = t.In(c.loc)
	due := Due{At: t}
	for i, last := 1, daysMax+2*n; n > 0 && i < last; i++ {
		due.At = time.Date(t.Year(), t.Month(), t.Day()+i, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), c.loc)
		work, known := c.Workday(due.At)
		due.Provisional = due.Provisional || !known
		if work {
			n--
		}
	}
	return due
}

// AddWork is when an amount of working time has passed: only working hours of
// working days count. No working time at all is the next instant of it.
func (c *Calendar) AddWork(t time.Time, d time.Duration) Due {
	t, d = t.In(c.loc), max(d, 0)
	due := Due{}
	for i := range daysMax {
		day := time.Date(t.Year(), t.Month(), t.Day()+i, 0, 0, 0, 0, c.loc)
		work, known := c.Workday(day)
		due.Provisional = due.Provisional || !known
		from, to := c.hours.From.on(day), c.hours.To.on(day)
		if i == 0 && t.After(from) {
			from = t
		}
		if !work || !from.Before(to) {
			continue
		}
		if left := to.Sub(from); d > left {
			d -= left
			continue
		}
		due.At = from.Add(d)
		return due
	}
	return due
}

// Quiet tells whether clocks keep silent at an instant: on days off, and
// between the quiet hours' ends, which may lie across midnight.
func (c *Calendar) Quiet(q QuietHours, t time.Time) bool {
	t = t.In(c.loc)
	if work, _ := c.Workday(t); !work {
		return true
	}
	m := TimeOfDay(t.Hour()*60 + t.Minute())
	if q.From <= q.To {
		return m >= q.From && m < q.To
	}
	return m >= q.From || m < q.To
}

// NextLoud is the first instant from t on at which clocks may speak.
func (c *Calendar) NextLoud(q QuietHours, t time.Time) time.Time {
	for i := 0; c.Quiet(q, t) && i < 2*daysMax; i++ {
		t = t.In(c.loc)
		next := q.To.on(t)
		if midnight := time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, c.loc); !next.After(t) || next.After(midnight) {
			next = midnight
		}
		t = next
	}
	return t
}

// DaysBetween counts the working days after from's day up to to's day.
func (c *Calendar) DaysBetween(from, to time.Time) int {
	from, to = from.In(c.loc), to.In(c.loc)
	n := 0
	for i := 1; i < daysMax; i++ {
		day := time.Date(from.Year(), from.Month(), from.Day()+i, 0, 0, 0, 0, c.loc)
		if day.After(to) {
			break
		}
		if work, _ := c.Workday(day); work {
			n++
		}
	}
	return n
}

// WorkBetween is how much working time lies between two instants: what
// [Calendar.AddWork] adds.
func (c *Calendar) WorkBetween(from, to time.Time) time.Duration {
	from, to = from.In(c.loc), to.In(c.loc)
	sum := time.Duration(0)
	for i := range daysMax {
		day := time.Date(from.Year(), from.Month(), from.Day()+i, 0, 0, 0, 0, c.loc)
		if day.After(to) {
			break
		}
		start, end := c.hours.From.on(day), c.hours.To.on(day)
		if start.Before(from) {
			start = from
		}
		if end.After(to) {
			end = to
		}
		if work, _ := c.Workday(day); work && start.Before(end) {
			sum += end.Sub(start)
		}
	}
	return sum
}

// DayOfWork is the working time of one working day.
func (c *Calendar) DayOfWork() time.Duration {
	return max(time.Duration(c.hours.To-c.hours.From)*time.Minute, 0)
}
