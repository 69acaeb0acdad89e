package playground

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// act is one thing to do on the tour: to write something, to send a sample, or
// (both empty) to press 同意 on the card. It is done when the hub says so to the
// rep, whoever did it: the tour's buttons or the visitor by typing.
type act struct {
	Text   string
	Sample string
	done   *regexp.Regexp
	reach  string // says that this and all before is done, on whichever way
}

// stop is one of the tour's four steps.
type stop struct {
	Title, Why string
	Acts       []act
	manager    bool // the rep's manager acts, not the rep
}

// tour is what a newcomer does in three minutes.
var tour = []stop{ //nolint:gochecknoglobals // read-only facts of the page
	{Title: "提交线索", Why: "一句话就是一条线索，机器人当场评分。", Acts: []act{
		{Text: "线索 公司=华东智造 联系人=张伟 电话=13800138000 行业=智能制造 规模=500 需求=想了解MES，预算50万", done: leadMade},
	}},
	{Title: "没有凭证会被拒绝", Why: "转成商机后直接推进：缺什么，机器人会说。", Acts: []act{
		{Text: "转商机 #{lead} 金额=88万 产品=MES", done: regexp.MustCompile(`商机 #\d+ · 华东智造 ·|已经转成商机`)},
		{Text: "推进 华东智造 需求确认", done: regexp.MustCompile(`没有推进|→ 需求确认|已经在「`)},
	}},
	{Title: "带上凭证推进", Why: "先发文件，再说推进到哪一步。一步一步到合同，就要主管批准。", Acts: []act{
		{Sample: "needs", done: fileTaken},
		{Text: "华东智造 推进到需求确认 附件见上", done: regexp.MustCompile(`→ 需求确认|已经在「`), reach: "→ 需求确认"},
		{Sample: "proposal", done: fileTaken},
		{Text: "推进 华东智造 方案报价", done: regexp.MustCompile(`→ 方案报价|已经在「`), reach: "→ 方案报价"},
		{Sample: "visit", done: fileTaken},
		{Text: "推进 华东智造 商务谈判 参会=张伟 总经理、李娜 财务总监", done: regexp.MustCompile(`→ 商务谈判|已经在「`), reach: "→ 商务谈判"},
		{Sample: "signed", done: fileTaken},
		{Text: "推进 华东智造 合同签订", done: regexp.MustCompile(`已提交审批|正在等审批|已经在「`), reach: "已提交审批"},
	}},
	{Title: "主管审批", Why: "主管收到卡片，点「同意」，申请人立刻知道。", manager: true, Acts: []act{
		{done: regexp.MustCompile(`审批 #\d+ (已通过|被拒绝|被退回|已撤回)`)},
	}},
}

// What the hub says when an act of the tour is done.
var (
	leadMade  = regexp.MustCompile(`录入线索 #(\d+) · 华东智造`)
	fileTaken = regexp.MustCompile(`已收到 `)
)

// progress is how far the tour has come.
type progress struct {
	Rep, Manager Person
	Stop, Act    int // where it stands; Stop == len(tour): done
	Lead         string
}

// guides finds the two people of the tour: the first rep, and their manager
// (or else the first one there is).
func (p *page) guides() (rep, manager Person, ok bool) {
	i := slices.IndexFunc(p.People, func(q Person) bool { return q.Role == "rep" || q.Role == roles["rep"] })
	if i < 0 {
		return Person{}, Person{}, false
	}
	rep = p.People[i]
	leader := ""
	for _, u := range p.Sim.Users() {
		if u.OpenID == rep.OpenID {
			leader = u.LeaderOpenID
		}
	}
	for _, q := range p.People {
		if leader != "" && q.OpenID == leader {
			return rep, q, true
		}
		if manager.Key() == "" && (q.Role == "manager" || q.Role == roles["manager"]) {
			manager = q
		}
	}
	return rep, manager, manager.Key() != ""
}

// tourRoom is where the tour acts for somebody: on the first phone on which they
// have an account, in the private chat, or for a document in one that takes it.
func (p *page) tourRoom(who Person, document bool) (*device, room) {
	d, _ := p.device(p.first(who))
	rooms := d.rooms(who)
	for _, r := range rooms {
		if !r.Group && (!document || !r.Images) {
			return d, r
		}
	}
	return d, rooms[0]
}

// heard is what somebody was told in their private chats, on whichever phone.
func (p *page) heard(q Person) []message {
	var all []message
	for _, d := range p.phones {
		if d.account(q) == "" {
			continue
		}
		for _, r := range d.rooms(q) {
			if !r.Group {
				all = append(all, d.messages(q, r)...)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b message) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return all
}

// progress reads from the rep's chats how far the tour has come.
func (p *page) progress() (progress, bool) {
	rep, manager, ok := p.guides()
	if !ok {
		return progress{}, false
	}
	g := progress{Rep: rep, Manager: manager}
	for _, m := range p.heard(rep) {
		if m.SenderID != hub {
			continue
		}
		if hit := leadMade.FindStringSubmatch(m.Text); hit != nil {
			g.Lead = hit[1]
		}
		if g.Stop < len(tour) && tour[g.Stop].Acts[g.Act].done.MatchString(m.Text) {
			g.advance()
		}
		g.catchUp(m.Text)
	}
	return g, true
}

// catchUp goes past acts that were done by other ways: a file given on a page is
// never said to have arrived in the chat.
func (g *progress) catchUp(text string) {
	for stop := g.Stop; stop < len(tour); stop++ {
		for i, a := range tour[stop].Acts {
			if a.reach != "" && strings.Contains(text, a.reach) && (stop > g.Stop || i >= g.Act) {
				g.Stop, g.Act = stop, i
				g.advance()
			}
		}
	}
}

func (g *progress) advance() {
	if g.Act++; g.Act == len(tour[g.Stop].Acts) {
		g.Stop, g.Act = g.Stop+1, 0
	}
}

// next is the act to do now, with numbers filled in.
func (g progress) next() (who Person, a act, ok bool) {
	if g.Stop >= len(tour) {
		return Person{}, act{}, false
	}
	a = tour[g.Stop].Acts[g.Act]
	who = g.Rep
	if tour[g.Stop].manager {
		who = g.Manager
	}
	lead := g.Lead
	if lead == "" {
		lead = "1"
	}
	a.Text = strings.ReplaceAll(a.Text, "{lead}", lead)
	return who, a, true
}

// tourHTML draws the tour's four steps.
func (p *page) tourHTML(s spot) template.HTML {
	g, ok := p.progress()
	if !ok {
		return ""
	}
	who, a, more := g.next()
	label := a.Text
	f, file := p.sample(a.Sample)
	if file {
		label = words["tour-file"] + f.Label
	}
	there := spot{As: who}
	here := false
	if more {
		d, to := p.tourRoom(who, file && !f.Image)
		at, _ := s.room(d.Key)
		here = s.As.Key() == who.Key() && at.ID == to.ID
		there = spot{As: who, On: d.Key, Open: []opened{{d.Key, to}}}
	}
	return p.html("tour", map[string]any{
		"Stops": tour, "At": g.Stop, "Act": a, "More": more, "Label": label, "Who": who, "Press": a.Text == "" && a.Sample == "",
		"Prefix": p.PathPrefix, "Spot": s, "Here": here, "There": p.url(there), "On": there.On, "Count": len(tour),
	})
}
