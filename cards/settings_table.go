package cards

// settingTexts are the texts about org.yaml and rules.yaml, and about whom they
// let go.
var settingTexts = map[string]string{
	"config.bad":       "%s 没有被采用，仍按%s运行：\n%s\n改好后保存即可，不用重启；也可以先用 genjin rules check 或 genjin org check 检查。",
	"config.version":   "第 %d 版",
	"config.none":      "原来的内容",
	"config.mended":    "%s 已经正确，从现在起按第 %d 版运行。",
	"leaver.list":      "%s 已离职，名下还有 %s没人跟：",
	"work.n_leads":     "%d 条线索",
	"work.n_deals":     "%d 个商机",
	"leaver.heir":      "接手人姓名",
	"leaver.next":      "下一步：回复「交接 %s %s」把它们一次交给接手的人（可以换成别人），10 分钟内可「撤销」。待审批已转给其主管。",
	"handover.undo":    "%d 分钟内回复「撤销」可以收回。",
	"handover.undone":  "已撤销交接：%s回到 %s 名下。",
	"handover.kept":    "另有 %d 项在这期间又有变动，保持现状。",
	"handover.changed": "交接的线索和商机在这期间都有变动，没有可以撤回的。要改负责人，请再发一次「交接」。",
	"handover.late":    "这次交接已超过 %d 分钟，不能撤销了。要改负责人，请再发一次「交接 %s %s」。",
	"handover.back":    "%s 撤销了把 %s 的工作交接给你：%s不再由你负责。",
}
