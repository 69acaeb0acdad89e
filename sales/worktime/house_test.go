package worktime_test

import (
	"time"

	"genjin/sales/worktime"
)

func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

func at(s string) time.Time {
	t, err := time.ParseInLocation(clock, s, shanghai())
	if err != nil {
		t = time.Time{}
	}
	return t
}

func calendar() *worktime.Calendar {
	return worktime.NewCalendar(shanghai(), worktime.WorkHours{From: 9 * 60, To: 18 * 60}, worktime.BuiltinHolidays()...)
}

// monday is an ordinary working day: Monday 2026-11-23 10:00.
func monday() time.Time { return at("2026-11-23 10:00") }
