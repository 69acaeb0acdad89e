package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// What is said about org.yaml and rules.yaml.
const (
	wordMoreProblems = "…还有 %d 处"
	wordStale        = "%s：这台机器上的文件是旧的第 %d 版，没有采用；正在用第 %d 版（来自 %s）。要回到这个文件，请对运行中的 genjin 发 SIGHUP（kill -HUP <进程号>），或改动后再保存"
	wordUnreadable   = "%s：读不到文件，请检查 %s 指的路径和权限"
	wordStageLost    = "还有 %d 个进行中的商机停在或等着进入阶段 %s，请在 pipeline 里保留它，或先把这些商机推进或关闭"
	wordTooNew       = "第 %d 版来自更新的程序，这个程序读不懂，请升级：%s"
	wordOrgRight     = "%s：名单正确。%d 个人，%d 个团队。\n"
)

// private finds what a page that anybody may open must not repeat: ids, accounts
// and names out of the file, not hints such as "09:00"; and names of machines.
var private = regexp.MustCompile(`"[^"\n]*\pL[^"\n]*"|@[\w.-]+`)

// stagesLost says in which stages open deals would be stranded.
func stagesLost(lost map[string]int) string {
	all := make([]string, 0, len(lost))
	for _, id := range slices.Sorted(maps.Keys(lost)) {
		all = append(all, "rules.yaml："+fmt.Sprintf(wordStageLost, lost[id], id))
	}
	return strings.Join(all, "\n")
}
