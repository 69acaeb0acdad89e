package speech

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	spanShape    = regexp.MustCompile(`^(\d{1,3})\s*(天|日|个工作日|周|个?星期|个?月|d|w)后?$`)
	dateShape    = regexp.MustCompile(`^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?$`)
	weekdayShape = regexp.MustCompile(`^(下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])$`)
)

// Day reads a day as people write it, as midnight in the zone of now: 11-28,
// 2026-11-28, 11月28日, 明天, 下周五, 3天. Without a year the next such day is meant.
func Day(word string, now time.Time) (time.Time, bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	word = strings.TrimSpace(word)
	if n, ok := map[string]int{"今天": 0, "明天": 1, "后天": 2, "大后天": 3}[word]; ok {
		return today.AddDate(0, 0, n), true
	}
	if n, ok := span(word); ok {
		return today.AddDate(0, 0, n), true
	}
	if m := weekdayShape.FindStringSubmatch(word); m != nil {
		return weekdayOf(today, m[1], m[2]), true
	}
	m := dateShape.FindStringSubmatch(word)
	if m == nil {
		return time.Time{}, false
	}
	month, dom := Number(m[2]), Number(m[3])
	year := now.Year()
	if m[1] != "" {
		year, _ = strconv.Atoi(m[1])
	}
	t := time.Date(year, time.Month(month), int(dom), 0, 0, 0, 0, now.Location())
	if t.Day() != int(dom) || int64(t.Month()) != month { // 2-30
		return time.Time{}, false
	}
	if m[1] == "" && t.Before(today) {
		t = time.Date(year+1, time.Month(month), int(dom), 0, 0, 0, 0, now.Location())
	}
	return t, true
}

func weekdayOf(today time.Time, which, name string) time.Time {
	want := map[string]int{"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}[name]
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	t := monday.AddDate(0, 0, want)
	switch which {
	case "下":
		return t.AddDate(0, 0, 7)
	case "下下":
		return t.AddDate(0, 0, 14)
	}
	if t.Before(today) { // 周三, said on a Thursday
		return t.AddDate(0, 0, 7)
	}
	return t
}

// span reads a number of days: 3天, 2周, 1个月.
func span(word string) (days int, ok bool) {
	m := spanShape.FindStringSubmatch(word)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n == 0 {
		return 0, false
	}
	switch strings.TrimPrefix(m[2], "个") {
	case "周", "星期", "w":
		n *= 7
	case "月":
		n *= 30
	}
	return n, true
}
