package cards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"genjin/bots"
	"genjin/sales"
	"genjin/sales/money"
	"genjin/sales/worktime"
)

var zone = time.FixedZone("CST", 8*3600)

func at(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }

func newWords(t *testing.T) Words {
	t.Helper()
	org, err := sales.NewOrg([]sales.Person{
		{ID: "p-zhao", Name: "赵敏", Role: sales.RoleManager},
		{ID: "p-wang", Name: "王芳", Role: sales.RoleManager, Manager: "p-zhao"},
		{ID: "p-li", Name: "李雷", Role: sales.RoleRep, Manager: "p-wang"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules := &sales.Rules{
		Pipeline: []sales.Stage{
			{ID: "contact", Name: "初步接触", OverdueIn: 3},
			{ID: "contract", Name: "合同签订", OverdueIn: 7, Needs: []sales.EvidenceRule{{Name: "决策人签字扫描件", Types: []string{"pdf", "image"}}}},
			{ID: "won", Name: "赢单", Won: true},
			{ID: "lost", Name: "丢单", Lost: true},
		},
		Evidence:  sales.EvidencePolicy{Window: 10 * time.Minute, MaxBytes: 100 << 20},
		Approvals: sales.ApprovalRules{UndoFor: 10 * time.Minute, EscalateAt: 2},
		Hours:     worktime.WorkHours{From: 9 * 60, To: 18 * 60},
	}
	return Words{Org: org, Rules: rules, Cal: worktime.NewCalendar(zone, rules.Hours, worktime.BuiltinHolidays()...), Loc: zone, PublicURL: "https://hub.example/"}
}

func approval(company string) sales.Approval {
	return sales.Approval{
		ID: "a-uuid", Number: 1287, Version: 2, Requester: "p-li", DealNumber: 13, Company: company, Amount: money.Amount{Fen: 128_000_000}, Product: "MES",
		Move: sales.Move{From: "contact", To: "contract", Attendees: []sales.Attendee{{Name: "张伟", Title: "总经理"}}}, Status: sales.ApprovalPending,
		Steps: []sales.ApprovalStep{
			{Name: "直属主管", Tasks: []sales.ApprovalTask{{Approver: "p-wang"}}}, {Name: "上级主管", Tasks: []sales.ApprovalTask{{Approver: "p-zhao"}}},
		},
		CreatedAt: at(24, 15, 30),
	}
}

// TestWordsExist: every key that the code asks for stands in the catalogue, and
// no text is one that we never say.
func TestWordsExist(t *testing.T) {
	t.Parallel()
	asked := regexp.MustCompile(`\b(?:say|Say|fact|named)\("([a-z0-9_.\p{Han} -]+)"[,)]`)
	n := 0
	for _, dir := range []string{".", "../handlers"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
				n++
				if _, ok := zhCN[m[1]]; !ok {
					t.Errorf("%s asks for %q, which is not in the catalogue", file, m[1])
				}
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d keys found: the test is blind", n)
	}
	for key, text := range zhCN {
		if strings.Contains(text, "系统错误") || strings.Contains(text, "<") || !utf8.ValidString(text) {
			t.Errorf("%s: %q", key, text)
		}
	}
}

// TestKinds: for every kind of thing that has words of its own there are some.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"state.pending", "state.approved", "state.rejected", "state.returned", "state.cancelled",
		"decided.approved", "decided.rejected", "decided.returned", "decided.next_approved", "decided.next_rejected", "decided.next_returned",
		"act.approve", "act.reject", "act.transfer", "act.return", "draft.lead", "draft.choice", "draft.move", "platform.feishu", "platform.wecom",
	} {
		if zhCN[key] == "" {
			t.Errorf("no words for %s", key)
		}
	}
	for role, verbs := range helpVerbs {
		for _, v := range verbs {
			if zhCN["help.short."+v] == "" || zhCN["help.long."+v] == "" {
				t.Errorf("help for %s names %s, which is not explained", role, v)
			}
		}
	}
	for _, f := range leadFields {
		if zhCN["field."+f.Name] == "" || zhCN["hint."+f.Name] == "" {
			t.Errorf("field %s has no label or hint", f.Name)
		}
		if _, ok := sales.Canonical(f.Name); !ok {
			t.Errorf("field %s means nothing to sales", f.Name)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	if got := w.Time(at(24, 15, 30).UTC()); got != "2026-11-24 周二 15:30" {
		t.Error(got)
	}
	now := at(24, 10, 30)
	for want, due := range map[string]worktime.Due{
		"今天 周二 11:00 前（工作时间 30 分钟）":                  {At: at(24, 11, 0)},
		"明天 周三 10:30 前（1 个工作日）":                      {At: at(25, 10, 30)},
		"后天 周四 10:30 前（2 个工作日）":                      {At: at(26, 10, 30)},
		"12-01 周二 10:30 前（5 个工作日）":                   {At: at(31, 10, 30)},
		"明天 周三 10:30 前（1 个工作日）（该年节假日安排未公布，暂按周一至周五计）": {At: at(25, 10, 30), Provisional: true},
		"": {},
	} {
		if got := w.Due(due, now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	// Outside working hours the time on the clock is no working time.
	for want, from := range map[string]time.Time{
		"今天 周二 13:00 前（工作时间 4 小时）":       at(24, 0, 55),
		"明天 周二 13:00 前（工作时间 4 小时 30 分钟）": at(23, 17, 30),
		"明天 周二 13:00 前（1 个工作日）":          at(23, 13, 0),
	} {
		if got := w.Due(worktime.Due{At: at(24, 13, 0)}, from); got != want {
			t.Errorf("from %s: got %q, want %q", from, got, want)
		}
	}
}

func TestLeadCard(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	l := sales.Lead{
		Number: 12, Company: "华东智造", Contact: "张伟", Phone: "+8613800138000", Owner: "p-li", CreatedBy: "p-li", CreatedAt: at(24, 10, 0),
		RespondBy: worktime.Due{At: at(24, 10, 30)}, Score: sales.Score{Total: 82, Grade: "A", Parts: []sales.ScorePart{{Name: "行业匹配度", Points: 30, Max: 30, Why: "目标行业"}}},
	}
	dup := sales.Lead{Number: 9, Company: "华东智造有限公司", Phone: "+8613800138000", Owner: "p-wang"}
	for _, c := range []bots.Card{w.LeadSubmitted(l, []sales.Lead{dup}), w.LeadOwned(l)} {
		check(t, c)
		if text := c.Plain(); strings.Contains(text, "13800138000") || !strings.Contains(text, "138****8000") {
			t.Errorf("phone number not masked:\n%s", text)
		}
	}
	text := w.LeadSubmitted(l, []sales.Lead{dup}).Plain()
	for _, want := range []string{"已录入线索 #12 · 华东智造 · A 级 82 分", "行业匹配度 30/30：目标行业", "#9", "电话相同、公司相同", "王芳"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	check(t, w.LeadForm(Form{Given: map[string]string{"公司": "甲"}, Problems: []sales.Problem{{Field: "电话", Kind: sales.ProblemInvalid, Got: "12"}}, Nonce: "n", Link: "/form/x"}))
}

// check is what every card keeps: a title that says something, at most five
// facts, one primary button per row, no id where a name can stand.
func check(t *testing.T, c bots.Card) {
	t.Helper()
	if c.Title == "" || utf8.RuneCountInString(c.Title) > 80 || c.Tone == 0 {
		t.Errorf("title %q tone %d", c.Title, c.Tone)
	}
	for _, b := range c.Blocks {
		if len(b.Facts) > 5 {
			t.Errorf("%s: %d facts", c.Title, len(b.Facts))
		}
		rows := [][]bots.Button{b.Buttons}
		if b.Form != nil {
			rows = append(rows, b.Form.Buttons)
			if b.Form.Name == "" || len(b.Form.Buttons) == 0 {
				t.Errorf("%s: form %+v", c.Title, b.Form)
			}
		}
		for _, row := range rows {
			primary := 0
			for _, button := range row {
				if button.Style == bots.ButtonPrimary {
					primary++
				}
				if button.Text == "" || button.Action == "" {
					t.Errorf("%s: button %+v", c.Title, button)
				}
			}
			if primary > 1 {
				t.Errorf("%s: %d primary buttons in a row", c.Title, primary)
			}
		}
	}
	if text := c.Plain(); strings.Contains(text, "p-li") || strings.Contains(text, "p-wang") || strings.Contains(text, "uuid") || strings.Contains(text, "%!") {
		t.Errorf("an id or a hole in:\n%s", text)
	}
}

func TestApprovalCards(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	a := approval("华东智造")
	files := []sales.File{{Name: "签字扫描件.pdf"}}
	open := w.Approval(a, files, sales.ApprovalTask{Approver: "p-zhao", For: "p-wang"}, "nonce")
	check(t, open)
	text := open.Plain()
	for _, want := range []string{"待你审批 · 华东智造 · ¥1,280,000", "初步接触 → 合同签订", "签字扫描件.pdf", "张伟 总经理", "李雷 2026-11-24 周二 15:30", "审批 #1287", "第 1/2 步", "代 王芳 审批", "同意 1287"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	a.Steps[0].Tasks[0] = sales.ApprovalTask{Approver: "p-wang", Decision: sales.ActApprove, By: "p-wang", At: at(25, 9, 0), Comment: "可以"}
	a.Current = 1
	passed := w.ApprovalClosed(a)
	check(t, passed)
	if text := passed.Plain(); !strings.Contains(text, "✓ 王芳 已同意 · 2026-11-25 周三 09:00 · 意见：可以") || !strings.Contains(text, "等 赵敏 审批") {
		t.Errorf("passed on:\n%s", text)
	}
	a.Steps[1].Tasks[0] = sales.ApprovalTask{Approver: "p-zhao", Decision: sales.ActReject, By: "p-zhao", At: at(25, 10, 0), Comment: "价格没谈拢"}
	a.Status = sales.ApprovalRejected
	closed := w.ApprovalClosed(a)
	check(t, closed)
	if len(closed.Blocks) == 0 || strings.Contains(closed.Plain(), "同意 1287") {
		t.Errorf("closed:\n%s", closed.Plain())
	}
	decided := w.ApprovalDecided(a)
	for _, want := range []string{"审批 #1287 被拒绝", "华东智造", "价格没谈拢", "赵敏", "仍在「初步接触」"} {
		if !strings.Contains(decided, want) {
			t.Errorf("no %q in:\n%s", want, decided)
		}
	}
	for _, status := range []sales.ApprovalStatus{sales.ApprovalApproved, sales.ApprovalReturned, sales.ApprovalCancelled} {
		a.Status = status
		if text := w.ApprovalDecided(a) + w.ApprovalClosed(a).Plain(); strings.Contains(text, "%!") || strings.Contains(text, "EXTRA") {
			t.Errorf("%s:\n%s", status, text)
		}
	}
}

// TestTodoFits: the consolidated card stays within what Feishu takes, however
// much waits and however long the names are.
func TestTodoFits(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	long := strings.Repeat("华东智能制造集团", 8)
	items := make([]TodoItem, 0, 40)
	for range 40 {
		items = append(items, TodoItem{Approval: approval(long), Files: []sales.File{{Name: long + ".pdf"}, {Name: long + ".pdf"}}, Task: sales.ApprovalTask{For: "p-wang"}})
	}
	c := w.Todo(sales.Person{}, items, strings.Repeat("n", 26))
	check(t, c)
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 20<<10 {
		t.Errorf("%d bytes", len(text))
	}
	if !strings.Contains(c.Plain(), "还有 30 项") {
		t.Errorf("the rest is not told:\n%s", c.Plain())
	}
	all := c.Blocks[0].Buttons[0]
	if n := len(strings.Split(all.Value["no"], ",")); n != todoMax || !strings.Contains(all.Confirm, "10 项") || !strings.Contains(all.Confirm, "¥12,800,000") {
		t.Errorf("全部同意 covers %d: %s", n, all.Confirm)
	}
}

func TestOverdue(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	d := sales.Deal{Number: 13, Company: "华东智造", Amount: money.Amount{Fen: 100}, Stage: "contact"}
	l := sales.Lead{Number: 12, Company: "北方重工", Score: sales.Score{Grade: "A"}}
	owner := sales.Person{ID: "p-li", Name: "李雷"}
	items := []LateItem{
		{Deal: &d, Owner: owner, Late: sales.Late{Kind: sales.LateStage, Days: 4, Due: worktime.Due{At: at(24, 9, 0)}}},
		{Lead: &l, Owner: owner, Late: sales.Late{Kind: sales.LateResponse, Due: worktime.Due{At: at(24, 9, 0), Provisional: true}}},
	}
	if got := w.OverdueOwner(items); !strings.Contains(got, "商机 #13 华东智造 ¥1 在「初步接触」已 4 个工作日未更新") || strings.Contains(got, "李雷") {
		t.Errorf("owner:\n%s", got)
	}
	for _, got := range []string{w.OverdueManager(items), w.OverdueGroup(sales.Team{Name: "华东区"}, items), w.OverdueOps(items)} {
		if !strings.Contains(got, "李雷") || !strings.Contains(got, "未更新") || !strings.Contains(got, "暂按周一至周五") {
			t.Errorf("others:\n%s", got)
		}
	}
}

// TestRefusals: every kind of refusal has words, without holes.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	stage := w.Rules.Pipeline[1]
	for _, kind := range []sales.RefusalKind{
		sales.RefuseNotYours, sales.RefuseSameStage, sales.RefuseOrder, sales.RefuseBack, sales.RefuseEvidence, sales.RefuseAttendees, sales.RefusePending, sales.RefuseClosed,
		sales.RefuseReason, sales.RefuseConverted, sales.RefuseBANT, sales.RefuseNobody, sales.RefuseNothing, sales.RefuseTooLate, sales.RefuseDecided,
	} {
		no := &sales.Refusal{Kind: kind, Stage: stage, Missing: stage.Needs, Number: 14, Who: []string{"p-wang"}, When: at(24, 9, 0), Detail: "approve"}
		text := w.Refused(no, Wish{Deal: sales.Deal{Number: 13, Company: "华东智造", Stage: "contact", Owner: "p-li"}, To: stage})
		if text == "" || strings.Contains(text, "%!") || text == w.say("refused.other") {
			t.Errorf("%s: %q", kind, text)
		}
	}
	for _, kind := range []sales.RefusalKind{
		sales.RefuseSelf, sales.RefuseNotApprover, sales.RefuseDecided, sales.RefuseStale, sales.RefuseReason, sales.RefuseTransfer, sales.RefuseLeft,
	} {
		for _, detail := range []string{"reject", "requester", "already", "unknown", "cancelled"} {
			text := w.ApprovalRefused(&sales.Refusal{Kind: kind, Number: 14, Who: []string{"p-wang"}, When: at(24, 9, 0), Detail: detail}, approval("华东智造"))
			if text == "" || strings.Contains(text, "%!") || text == w.say("refused.other") {
				t.Errorf("%s %s: %q", kind, detail, text)
			}
		}
	}
	for _, reason := range []string{"type_not_allowed", "archive_limit", "archive_path", "cannot_scan", "file_damaged", "file_too_large", "active_content", "file_empty", "fetch_failed", "else"} {
		if text := w.FileRefused(sales.File{Name: "a.pdf", Reason: reason}); strings.Contains(text, "%!") || (reason != "else" && strings.Contains(text, zhCN["file.other"])) {
			t.Errorf("%s: %q", reason, text)
		}
	}
}
