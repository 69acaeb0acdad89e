package playground

import "genjin/web"

// partsData is what the page of components shows.
func partsData(p *page) map[string]any {
	long := "华东智能制造装备（苏州工业园区）股份有限公司第二事业部"
	choices := []web.Choice{{Value: "expo", Text: "展会"}, {Value: "referral", Text: "转介绍"}}
	return map[string]any{
		"Title": "组件", "Assets": p.PathPrefix + "/static",
		"Fields": []web.Field{
			{Name: "company", Label: "公司", Required: true, Hint: "写全称或简称都可以", MaxLen: 100},
			{Name: "phone", Label: "电话", Kind: "tel", Required: true, Value: "1380013", Error: "电话少了 4 位，应为 11 位手机号", Complete: "tel"},
			{Name: "source", Label: "来源", Kind: "choice", Choices: choices, Value: "expo"},
			{Name: "need", Label: "需求", Kind: "long", Value: "想了解 MES，预算 50 万"},
			{Name: "next", Label: "下次跟进", Kind: "date"},
			{Name: "proof", Label: "凭证", Kind: "file", Accept: ".pdf,.jpg,.png", Hint: "PDF 或图片，最大 20 MB"},
		},
		"Rows": []map[string]string{
			{"Name": long, "Stage": "方案报价", "Amount": "¥128,000,000.00", "Due": "明天 周三 10:30 前（2 个工作日）"},
			{"Name": "华东智造", "Stage": "合同签订", "Amount": "¥880,000.00", "Due": "今天 周二 18:00 前"},
		},
	}
}
