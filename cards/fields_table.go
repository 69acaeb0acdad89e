package cards

import (
	"time"

	"genjin/bots"
)

var (
	weekdays = map[time.Weekday]string{
		time.Sunday: "周日", time.Monday: "周一", time.Tuesday: "周二", time.Wednesday: "周三", time.Thursday: "周四", time.Friday: "周五", time.Saturday: "周六",
	}
	nearDays = []string{"今天", "明天", "后天"}

	// reasonsToChoose stand where the rules name none.
	reasonsToChoose = []string{"价格需再谈", "材料不全", "客户信息不符", "走错流程"}
)

// leadFields are the fields of the intake form, in order. Labels and hints
// stand in the catalogue under field. and hint.
var leadFields = []bots.Input{
	{Name: "company", Kind: bots.InputText, Required: true, MaxLen: 64},
	{Name: "contact", Kind: bots.InputText, Required: true, MaxLen: 64},
	{Name: "phone", Kind: bots.InputText, MaxLen: 40},
	{Name: "email", Kind: bots.InputText, MaxLen: 100},
	{Name: "industry", Kind: bots.InputText, MaxLen: 64},
	{Name: "size", Kind: bots.InputText, MaxLen: 20},
	{Name: "tech", Kind: bots.InputText, MaxLen: 64},
	{Name: "visits", Kind: bots.InputText, MaxLen: 10},
	{Name: "source", Kind: bots.InputText, MaxLen: 64},
	{Name: "need", Kind: bots.InputLongText, MaxLen: 1000},
	{Name: "budget", Kind: bots.InputText, MaxLen: 64},
	{Name: "authority", Kind: bots.InputText, MaxLen: 64},
	{Name: "timing", Kind: bots.InputText, MaxLen: 64},
}
