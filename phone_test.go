package main

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"genjin/config"
	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
)

// phone is a platform's app in people's hands. Journeys name people and groups
// by their Feishu ids whatever the phone; what is seen comes in the words of the
// Feishu simulator.
type phone interface {
	says(ctx context.Context, who, text, chat string) feishusim.PushResult
	sends(ctx context.Context, who string, a attachment, chat string) feishusim.PushResult
	messages(chat string) []feishusim.Message
	clicks(ctx context.Context, who, message, button string, form map[string]any) feishusim.ClickResult
	// late is a click that is on its way while something else happens.
	late(ctx context.Context, who, message, button string) (arrive func() feishusim.ClickResult, err error)
	leaves(ctx context.Context, who string) feishusim.PushResult
	stranger(id, name string)
}

// attachment is a file in somebody's hand.
type attachment struct {
	name string
	data []byte
}

// onBoth runs a journey for people on Feishu and for people on WeCom.
func onBoth(t *testing.T, journey func(t *testing.T, newWorld func(...options) *world)) {
	t.Helper()
	t.Run("Feishu", func(t *testing.T) {
		t.Parallel()
		journey(t, func(o ...options) *world { return newWorld(t, o...) })
	})
	t.Run("WeCom", func(t *testing.T) {
		t.Parallel()
		journey(t, func(o ...options) *world { return newWorld(t, append(o, onWeCom)...) })
	})
}

// feishuPhone is the Feishu app.
type feishuPhone struct{ *feishusim.Server }

func (p feishuPhone) says(ctx context.Context, who, text, chat string) feishusim.PushResult {
	return p.SendText(ctx, who, chat, text)
}

func (p feishuPhone) sends(ctx context.Context, who string, a attachment, chat string) feishusim.PushResult {
	return p.SendFile(ctx, who, chat, a.name, a.data)
}

func (p feishuPhone) messages(chat string) []feishusim.Message { return p.Messages(chat) }

func (p feishuPhone) clicks(ctx context.Context, who, message, button string, form map[string]any) feishusim.ClickResult {
	return p.Click(ctx, who, message, button, form)
}

func (p feishuPhone) late(ctx context.Context, who, message, button string) (func() feishusim.ClickResult, error) {
	e, err := p.ClickEvent(who, message, button, nil)
	return func() feishusim.ClickResult { return p.PushClick(ctx, e) }, err
}

func (p feishuPhone) leaves(ctx context.Context, who string) feishusim.PushResult {
	return p.DeleteUser(ctx, who)
}

func (p feishuPhone) stranger(id, name string) { p.AddUser(feishusim.User{OpenID: id, Name: name}) }

// onWeCom puts the whole sample company on WeCom alone.
func onWeCom(w *world) {
	w.env["GENJIN_FEISHU_APP_ID"] = ""
	w.dual, w.alone = true, true
}

// onBothAtOnce has the hub on both platforms, with the sample company as it is:
// some people are on one, some on both.
func onBothAtOnce(w *world) { w.dual = true }

var feishuAccount = regexp.MustCompile(`feishu: (o[uc]_\w+)(, wecom: \w+)?`)

// prepareWeCom starts the simulated WeCom, with everybody of the sample company
// in it, when the world has it.
func (w *world) prepareWeCom() (stop func()) {
	if !w.dual {
		w.env["GENJIN_WECOM_CORP_ID"] = ""
		return func() {}
	}
	app := demoWeCom(w.clock.Now)
	app.NoLimits, app.NotRoot = w.unlimited, w.narrow
	app.RetryDelays = []time.Duration{200 * time.Millisecond, time.Second, 2 * time.Second}
	w.wecom = wecomsim.New(app)
	base, stop := w.wecom.Start()
	for name, v := range demoWeComEnv(base) {
		if _, set := w.env[name]; !set {
			w.env[name] = v
		}
	}
	p := wecomPhone{Server: w.wecom}
	for _, m := range feishuAccount.FindAllStringSubmatch(string(config.SampleOrg()), -1) {
		if strings.HasPrefix(m[1], "ou_") {
			p.stranger(m[1], m[1])
		}
	}
	p.AddUser(wecomsim.User{UserID: "HeXiao", Name: "何晓", Departments: []int{1}}) // who is on WeCom alone
	if !w.groupless {
		w.wecom.AddChat(wecomsim.Chat{ID: wecomID(east), Name: "华东区", Owner: wecomID(wang), Members: []string{wecomID(li), wecomID(wang), wecomID(han)}, App: true, Aibot: true})
	}
	if !w.alone {
		return stop
	}
	org := feishuAccount.ReplaceAllStringFunc(string(config.SampleOrg()), func(s string) string {
		return "wecom: " + wecomID(feishuAccount.FindStringSubmatch(s)[1])
	})
	file := filepath.Join(w.t.TempDir(), "org.yaml")
	if err := os.WriteFile(file, []byte(org), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.env["GENJIN_ORG"] = file
	w.phone = p
	return stop
}

// wecomID is the WeCom id of who or what has the given one on Feishu.
func wecomID(id string) string {
	switch id {
	case li:
		return "LiLei"
	case wang:
		return "WangFang"
	}
	return strings.NewReplacer("ou_", "Wx", "oc_", "chat").Replace(id)
}

// wecomPhone is the WeCom app: files go to the 智能机器人, everything else to the
// app.
type wecomPhone struct{ *wecomsim.Server }

func (p wecomPhone) says(ctx context.Context, who, text, chat string) feishusim.PushResult {
	r := p.SendText(ctx, wecomID(who), wecomID(chat), text)
	if r.Dropped && r.Err == nil && chat != "" { // in a group the hub hears what is said to it alone
		return feishusim.PushResult{Status: http.StatusOK, Dropped: true}
	}
	return pushed(r)
}

func (p wecomPhone) sends(ctx context.Context, who string, a attachment, _ string) feishusim.PushResult {
	return pushed(p.SendFile(ctx, wecomID(who), wecomsim.WithBot, a.name, a.data))
}

func pushed(r wecomsim.PushResult) feishusim.PushResult {
	return feishusim.PushResult{MessageID: r.MessageID, ChatID: r.ChatID, Status: r.Status, Body: r.Body, Err: r.Err, Dropped: r.Dropped}
}

// messages are those of the app and of the 智能机器人, in the order of time.
func (p wecomPhone) messages(chat string) []feishusim.Message {
	all := p.Messages(wecomID(chat))
	out := make([]feishusim.Message, 0, len(all))
	for _, m := range all {
		out = append(out, seenOnWeCom(m))
	}
	if strings.HasPrefix(chat, "ou_") {
		for _, m := range p.Messages(wecomsim.WithBot + ":" + wecomID(chat)) {
			out = append(out, seenOnWeCom(m))
		}
	}
	slices.SortStableFunc(out, func(a, b feishusim.Message) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out
}

func seenOnWeCom(m wecomsim.Message) feishusim.Message {
	out := feishusim.Message{
		ID: m.ID, ChatID: m.ChatID, SenderID: m.SenderID, Type: m.Type, Text: m.Text, Title: m.Title, Card: m.Card, FileName: m.FileName, FileData: m.FileData,
		Updates: m.Updates, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt, Recalled: m.Recalled,
	}
	for _, b := range m.Buttons {
		out.Buttons = append(out.Buttons, feishusim.Button{Ref: b.Ref, Name: b.Name, Text: b.Text, Disabled: b.Disabled})
	}
	for _, in := range m.Inputs {
		f := feishusim.Input{Name: in.Name, Label: in.Label, Kind: in.Kind, Default: in.Default}
		for _, o := range in.Options {
			f.Options = append(f.Options, feishusim.Option(o))
		}
		out.Inputs = append(out.Inputs, f)
	}
	return out
}

// clicks leaves out what nobody can write on a card of WeCom.
func (p wecomPhone) clicks(ctx context.Context, who, message, button string, form map[string]any) feishusim.ClickResult {
	m, _ := p.Message(message)
	chosen := map[string]any{}
	for _, in := range m.Inputs {
		if v, ok := form[in.Name]; ok && offered(in, v) {
			chosen[in.Name] = v
		}
	}
	r := p.Click(ctx, wecomID(who), message, buttonOnWeCom(button), chosen)
	return feishusim.ClickResult{HTTPStatus: r.HTTPStatus, Body: r.Body, Blocked: r.Blocked, CardReplaced: r.CardReplaced, Toast: ""}
}

func offered(in wecomsim.Input, v any) bool {
	for _, o := range in.Options {
		if o.Value == v {
			return true
		}
	}
	_, several := v.([]string)
	return several
}

// buttonOnWeCom: its consolidated card has one button, with everything ticked.
func buttonOnWeCom(text string) string {
	if text == "全部同意" {
		return "同意所选"
	}
	return text
}

func (p wecomPhone) late(ctx context.Context, who, message, button string) (func() feishusim.ClickResult, error) {
	query, body, err := p.ClickPush(wecomID(who), message, button, nil)
	return func() feishusim.ClickResult {
		status, answer := p.PushRaw(ctx, "", query, body)
		return feishusim.ClickResult{HTTPStatus: status, Body: answer}
	}, err
}

func (p wecomPhone) leaves(ctx context.Context, who string) feishusim.PushResult {
	return pushed(p.DeleteUser(ctx, wecomID(who)))
}

func (p wecomPhone) stranger(id, name string) {
	p.AddUser(wecomsim.User{UserID: wecomID(id), Name: cmp.Or(name, id), Departments: []int{1}})
	for _, c := range p.Chats() { // as on Feishu, where anybody can speak in a group
		c.Members = append(c.Members, wecomID(id))
		p.AddChat(c)
	}
}
