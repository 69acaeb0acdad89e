package worktime_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"genjin/sales/worktime"
)

const clock = "2006-01-02 15:04"

func TestWorkingDaysOf2026(t *testing.T) {
	t.Parallel()
	c := calendar()
	for day, want := range map[string]bool{
		"2026-01-01": false, "2026-01-04": true /* a Sunday */, "2026-02-14": true, "2026-02-15": false, "2026-02-23": false, "2026-02-24": true,
		"2026-02-28": true, "2026-05-09": true, "2026-09-20": true, "2026-10-08": true, "2026-10-10": true, "2026-10-11": false,
		"2026-11-24": true, "2026-11-28": false, "2025-01-26": true, "2025-10-08": false,
	} {
		if got, known := c.Workday(at(day + " 12:00")); got != want || !known {
			t.Errorf("%s: work %t, known %t", day, got, known)
		}
	}
	if work, known := c.Workday(at("2027-01-01 12:00")); !work || known {
		t.Errorf("a Friday of a year without facts: work %t, known %t", work, known)
	}
	utc := time.Date(2026, 11, 27, 17, 0, 0, 0, time.UTC) // Saturday 01:00 in Shanghai
	if work, _ := c.Workday(utc); work {
		t.Error("the day is not Shanghai's")
	}
}

func TestAddDays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from        string
		n           int
		want        string
		provisional bool
	}{
		{"2026-02-13 17:00", 2, "2026-02-24 17:00", false}, // Saturday 02-14 is worked, then the feast
		{"2026-09-30 16:00", 2, "2026-10-09 16:00", false},
		{"2026-12-31 12:00", 2, "2027-01-04 12:00", true},
		{"2026-11-20 10:00", 3, "2026-11-25 10:00", false},
		{"2026-11-21 10:00", 1, "2026-11-23 10:00", false},
		{"2026-11-24 23:59", 0, "2026-11-24 23:59", false},
		{"2026-11-24 23:59", -3, "2026-11-24 23:59", false},
		{"2027-12-31 12:00", 0, "2027-12-31 12:00", false}, // depends on no day
		{"2026-12-28 12:00", 3, "2026-12-31 12:00", false},
		{"2024-12-31 12:00", 1, "2025-01-02 12:00", false}, // only what lies between counts
	} {
		due := calendar().AddDays(at(tt.from), tt.n)
		if got := due.At.Format(clock); got != tt.want || due.Provisional != tt.provisional {
			t.Errorf("%s + %d: %s (provisional %t), want %s (%t)", tt.from, tt.n, got, due.Provisional, tt.want, tt.provisional)
		}
	}
}

func TestAddWork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from        string
		d           time.Duration
		want        string
		provisional bool
	}{
		{"2026-02-13 17:00", 18 * time.Hour, "2026-02-24 17:00", false},
		{"2026-09-30 16:00", 18 * time.Hour, "2026-10-09 16:00", false},
		{"2026-10-09 19:00", 30 * time.Minute, "2026-10-10 09:30", false},
		{"2026-12-31 12:00", 18 * time.Hour, "2027-01-04 12:00", true},
		{"2026-11-24 17:30", 30 * time.Minute, "2026-11-24 18:00", false},
		{"2026-11-24 17:30", 31 * time.Minute, "2026-11-25 09:01", false},
		{"2026-11-24 18:10", 30 * time.Minute, "2026-11-25 09:30", false},
		{"2026-11-24 07:00", 30 * time.Minute, "2026-11-24 09:30", false},
		{"2026-11-24 18:00", 0, "2026-11-25 09:00", false},
		{"2026-11-24 10:00", 0, "2026-11-24 10:00", false},
		{"2026-11-24 10:00", -time.Hour, "2026-11-24 10:00", false},
	} {
		due := calendar().AddWork(at(tt.from), tt.d)
		if got := due.At.Format(clock); got != tt.want || due.Provisional != tt.provisional {
			t.Errorf("%s + %v: %s (provisional %t), want %s (%t)", tt.from, tt.d, got, due.Provisional, tt.want, tt.provisional)
		}
		if back := calendar().WorkBetween(at(tt.from), due.At); back != max(tt.d, 0) {
			t.Errorf("%s to %s is %v of work, want %v", tt.from, tt.want, back, tt.d)
		}
	}
	closed := worktime.NewCalendar(shanghai(), worktime.WorkHours{From: 18 * 60, To: 9 * 60})
	if due := closed.AddWork(monday(), time.Hour); !due.At.IsZero() {
		t.Errorf("without working hours: %v", due.At)
	}
}

// naive knows the same days by looking them up one after another.
func naive(day time.Time) bool {
	text := day.Format(time.DateOnly)
	for _, y := range worktime.BuiltinHolidays() {
		if slices.Contains(y.Off, text) {
			return false
		}
		if slices.Contains(y.Work, text) {
			return true
		}
	}
	return day.Weekday() >= time.Monday && day.Weekday() <= time.Friday
}

// instants are minutes from 2025 into 2027.
func instants() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return at("2025-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 800*24*60).Draw(t, "minute")) * time.Minute)
	})
}

func TestAddDaysProperties(t *testing.T) {
	t.Parallel()
	c := calendar()
	rapid.Check(t, func(t *rapid.T) {
		from, n, m := instants().Draw(t, "from"), rapid.IntRange(0, 30).Draw(t, "n"), rapid.IntRange(0, 30).Draw(t, "m")
		due := c.AddDays(from, n)
		want, provisional := from, false
		for left := n; left > 0; {
			want = want.AddDate(0, 0, 1)
			provisional = provisional || want.Year() > 2026
			if naive(want) {
				left--
			}
		}
		if !due.At.Equal(want) || due.Provisional != provisional {
			t.Fatalf("%v + %d = %v (%t), day by day %v (%t)", from, n, due.At, due.Provisional, want, provisional)
		}
		if n > 0 && c.DaysBetween(from, due.At) != n {
			t.Fatalf("%d days between %v and %v", c.DaysBetween(from, due.At), from, due.At)
		}
		if twice, once := c.AddDays(due.At, m), c.AddDays(from, n+m); !twice.At.Equal(once.At) {
			t.Fatalf("%v + %d + %d = %v, at once %v", from, n, m, twice.At, once.At)
		}
		start := from.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "later")) * time.Minute)
		later := c.AddDays(start, n)
		// A day off keeps its clock time too, so only the day is never earlier then.
		if later.At.Format(time.DateOnly) < due.At.Format(time.DateOnly) || (naive(from) && naive(start) && later.At.Before(due.At)) {
			t.Fatalf("later start, earlier end: %v < %v", later.At, due.At)
		}
	})
}

func TestAddWorkProperties(t *testing.T) {
	t.Parallel()
	c := calendar()
	rapid.Check(t, func(t *rapid.T) {
		from, minutes := instants().Draw(t, "from"), rapid.IntRange(1, 3*9*60).Draw(t, "minutes")
		due := c.AddWork(from, time.Duration(minutes)*time.Minute)
		want := from
		for left := minutes; left > 0; want = want.Add(time.Minute) {
			if h := want.Hour(); naive(want) && h >= 9 && h < 18 {
				left--
			}
		}
		if !due.At.Equal(want) {
			t.Fatalf("%v + %d min = %v, minute by minute %v", from, minutes, due.At, want)
		}
		if again := c.AddWork(from.Add(time.Minute), time.Duration(minutes)*time.Minute); again.At.Before(due.At) {
			t.Fatalf("later start, earlier end: %v < %v", again.At, due.At)
		}
	})
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	night := worktime.QuietHours{From: 21 * 60, To: 8*60 + 30}
	for when, want := range map[string]string{
		"2026-11-24 12:00": "2026-11-24 12:00",
		"2026-11-24 20:59": "2026-11-24 20:59",
		"2026-11-24 21:00": "2026-11-25 08:30",
		"2026-11-24 08:29": "2026-11-24 08:30",
		"2026-11-24 08:30": "2026-11-24 08:30",
		"2026-11-27 22:00": "2026-11-30 08:30",
		"2026-11-28 12:00": "2026-11-30 08:30",
		"2026-02-14 12:00": "2026-02-14 12:00", // a worked Saturday
		"2026-02-14 22:00": "2026-02-24 08:30",
	} {
		if got := calendar().NextLoud(night, at(when)).Format(clock); got != want {
			t.Errorf("%s: speaks at %s, want %s", when, got, want)
		}
	}
}

func TestQuietProperties(t *testing.T) {
	t.Parallel()
	c := calendar()
	rapid.Check(t, func(t *rapid.T) {
		q := worktime.QuietHours{From: worktime.TimeOfDay(rapid.IntRange(0, 1439).Draw(t, "from")), To: worktime.TimeOfDay(rapid.IntRange(0, 1439).Draw(t, "to"))}
		from := instants().Draw(t, "at")
		want := from
		for c.Quiet(q, want) {
			want = want.Add(time.Minute)
		}
		if got := c.NextLoud(q, from); !got.Equal(want) {
			t.Fatalf("quiet %v–%v at %v: %v, minute by minute %v", q.From, q.To, from, got, want)
		}
	})
}

func TestParseHolidays(t *testing.T) {
	t.Parallel()
	y, err := worktime.ParseHolidays([]byte(`{"year":2027,"days":[
		{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-03","isOffDay":false}]}`))
	if err != nil || y.Year != 2027 || !slices.Equal(y.Off, []string{"2027-01-01"}) || !slices.Equal(y.Work, []string{"2027-01-03"}) {
		t.Fatalf("%+v, %v", y, err)
	}
	c := worktime.NewCalendar(shanghai(), worktime.WorkHours{From: 9 * 60, To: 18 * 60}, append(worktime.BuiltinHolidays(), y)...)
	if due := c.AddDays(at("2026-12-31 12:00"), 1); due.Provisional || due.At.Format(clock) != "2027-01-03 12:00" {
		t.Errorf("with the year loaded: %+v", due)
	}
	if _, err := worktime.ParseHolidays([]byte(`{"year":2027,"papers":[],"days":[]}`)); !errors.Is(err, worktime.ErrNoHolidays) || !strings.Contains(err.Error(), "2027") {
		t.Errorf("a year not announced: %v", err)
	}
	for _, bad := range []string{``, `{}`, `[]`, `{"year":99999,"days":[{"date":"2027-01-01"}]}`, `{"year":2027,"days":[{"date":"1 January"}]}`, `{"year":"2027"}`} {
		if y, err := worktime.ParseHolidays([]byte(bad)); err == nil {
			t.Errorf("%s gave %+v", bad, y)
		}
	}
}

func TestLaterFactsReplaceEarlierOnes(t *testing.T) {
	t.Parallel()
	c := worktime.NewCalendar(shanghai(), worktime.WorkHours{From: 9 * 60, To: 18 * 60}, append(worktime.BuiltinHolidays(), worktime.HolidayYear{Year: 2026, Off: []string{"2026-11-24"}})...)
	if work, _ := c.Workday(at("2026-11-24 12:00")); work {
		t.Error("the new day off is worked")
	}
	if work, _ := c.Workday(at("2026-10-10 12:00")); work {
		t.Error("the replaced year's Saturday is still worked")
	}
}

func TestBuiltinHolidaysAreWhole(t *testing.T) {
	t.Parallel()
	want := map[int][2]int{2025: {28, 5}, 2026: {33, 6}}
	for _, y := range worktime.BuiltinHolidays() {
		if got := [2]int{len(y.Off), len(y.Work)}; got != want[y.Year] {
			t.Errorf("%d: %v, want %v", y.Year, got, want[y.Year])
		}
		for _, day := range append(slices.Clone(y.Off), y.Work...) {
			if d, err := time.Parse(time.DateOnly, day); err != nil || d.Year() != y.Year {
				t.Errorf("%d holds %q", y.Year, day)
			}
		}
		for _, day := range y.Work {
			if d, _ := time.Parse(time.DateOnly, day); d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
				t.Errorf("%s is worked anyway", day)
			}
		}
	}
}

func FuzzParseHolidays(f *testing.F) {
	f.Add([]byte(`{"year":2027,"days":[{"date":"2027-01-01","isOffDay":true}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		y, err := worktime.ParseHolidays(text)
		if err == nil && len(y.Off)+len(y.Work) == 0 {
			t.Errorf("%q is a year without days", text)
		}
	})
}
