package cards

import (
	"strconv"
	"strings"
	"time"

	"genjin/sales"
	"genjin/sales/money"
	"genjin/sales/worktime"
)

// nameMax is how much of a name a title or a line shows.
const nameMax = 30

// weekday is 周二.
func (w Words) weekday(t time.Time) string { return weekdays[t.In(w.Loc).Weekday()] }

// Date writes a day: 2026-11-24 周二.
func (w Words) Date(t time.Time) string {
	return t.In(w.Loc).Format("2006-01-02 ") + w.weekday(t)
}

// Time writes an instant in the hub's zone: 2026-11-24 周二 15:30.
func (w Words) Time(t time.Time) string {
	return w.Date(t) + t.In(w.Loc).Format(" 15:04")
}

// near writes an instant as somebody at now would say it: 明天 周三 10:30.
func (w Words) near(t, now time.Time) string {
	t, now = t.In(w.Loc), now.In(w.Loc)
	days := int(midnight(t).Sub(midnight(now)).Hours()+12) / 24
	clock := t.Format(" 15:04")
	switch {
	case days >= 0 && days < len(nearDays):
		return nearDays[days] + " " + w.weekday(t) + clock
	case t.Year() == now.Year():
		return t.Format("01-02 ") + w.weekday(t) + clock
	}
	return w.Time(t)
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Due writes a due time and which days it counts, 明天 周三 10:30 前（1 个工作日）, or
// for less than a day how much working time: at night that is not the time on the clock.
func (w Words) Due(d worktime.Due, now time.Time) string {
	if d.At.IsZero() {
		return ""
	}
	text := w.say("due.by", w.near(d.At, now))
	switch work := w.Cal.WorkBetween(now, d.At); {
	case work >= w.Cal.DayOfWork() && w.Cal.DaysBetween(now, d.At) > 0:
		text += w.say("due.workdays", w.Cal.DaysBetween(now, d.At))
	case work > 0:
		text += w.say("due.worktime", w.span(work))
	}
	if d.Provisional {
		text += w.say("due.provisional")
	}
	return text
}

// span writes how long something takes: 30 分钟, 2 小时.
func (w Words) span(d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	switch {
	case minutes < 60:
		return w.say("span.minutes", minutes)
	case minutes%60 == 0:
		return w.say("span.hours", minutes/60)
	}
	return w.say("span.both", minutes/60, minutes%60)
}

// Name is a person's name, never their id.
func (w Words) Name(id string) string {
	if id == "system" {
		return w.say("name.system")
	}
	if p, ok := w.Org.Person(id); ok && p.Name != "" {
		return p.Name
	}
	return w.say("name.unknown")
}

// names joins people's names.
func (w Words) names(ids []string) string {
	all := make([]string, 0, len(ids))
	for _, id := range ids {
		all = append(all, w.Name(id))
	}
	return strings.Join(all, "、")
}

// stage is a stage's name.
func (w Words) stage(id string) string {
	if s, ok := w.Rules.StageByID(id); ok {
		return s.Name
	}
	return id
}

// step is 方案报价 → 合同签订.
func (w Words) step(m sales.Move) string { return w.stage(m.From) + " → " + w.stage(m.To) }

// amount is an amount for a title; nothing when there is none.
func amount(m money.Amount) string {
	if m.Fen == 0 {
		return ""
	}
	return m.Short()
}

// clip shortens a text to n characters.
func clip(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) <= n {
		return string(r)
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// num is #12: the sign stands before numbers of leads, deals and approvals only.
func num(n int64) string { return "#" + strconv.FormatInt(n, 10) }

// size writes bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		tenths := n * 10 / (1 << 20)
		return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " MB"
	case n >= 1<<10:
		return strconv.FormatInt(n/(1<<10), 10) + " KB"
	}
	return strconv.FormatInt(n, 10) + " B"
}
