package wecom

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
)

// systemUser is whom the platform names as the sender of its own events.
const systemUser = "sys"

// appPush is what the app is told: messages and events in one shape
// (developer.work.weixin.qq.com, 接收消息格式 and 事件格式). All numbers are words
// to us: some of the platform's exceed what its own samples fit into.
type appPush struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   string
	MsgType      string
	MsgID        string `xml:"MsgId"`
	AgentID      string

	Content     string
	MediaID     string `xml:"MediaId"`
	FileName    string
	Recognition string

	Event        string
	EventKey     string
	ChangeType   string
	TaskID       string `xml:"TaskId"`
	ResponseCode string
	Selected     []struct {
		Question string   `xml:"QuestionKey"`
		Options  []string `xml:"OptionIds>OptionId"`
	} `xml:"SelectedItems>SelectedItem"`

	UserID         string
	Status         string // of a member's account, where it changed
	NewUserID      string
	ExternalUserID string
	LinkID         string       `xml:"LinkId"`
	JobID          string       `xml:"BatchJob>JobId"`
	Party          string       `xml:"Id"`
	Tag            string       `xml:"TagId"`
	Approval       approvalInfo `xml:"ApprovalInfo"`
}

// readPush reads a push; where a person's phone sent what XML forbids, it reads
// what is left without it.
func readPush(plain []byte) (appPush, error) {
	var p appPush
	err := readXML(plain, &p)
	if err == nil {
		return p, nil
	}
	if cleaned := legible(plain); !bytes.Equal(cleaned, plain) {
		p = appPush{}
		err = readXML(cleaned, &p)
	}
	if err != nil {
		return p, fault(bots.FaultMalformed, "xml_invalid", nil)
	}
	return p, nil
}

// event reads what happened. Rightly signed pushes that are not understood are
// events too: they are recorded and answered 200, or the platform would push
// them again and in the end call the address broken.
func (i *inlet) event(plain []byte) (bots.Event, error) {
	p, err := readPush(plain)
	if err != nil {
		return bots.Event{}, err
	}
	e := bots.Event{Bot: Name, Key: p.key(plain), Kind: bots.EventUnknown, Type: p.word(), At: i.instant(p.CreateTime), Tenant: p.ToUserName}
	switch {
	case strings.EqualFold(p.FromUserName, systemUser): // never a person
		e = p.fromSystem(e)
	case p.AgentID != "" && p.AgentID != i.agent:
		e.Type = "foreign"
	case p.FromUserName != "":
		e.User = p.FromUserName
		e = i.fromPerson(e, p)
	}
	return tidy(e), nil
}

// word is the platform's own word for what was pushed.
func (p appPush) word() string {
	word := p.MsgType
	if p.MsgType == "event" && p.Event != "" {
		word = p.Event
	}
	if p.ChangeType != "" {
		word += "/" + p.ChangeType
	}
	if word == "" {
		return "unknown"
	}
	return word
}

// key is a message's id. Events have none, and what the platform would have us
// take instead, sender and second, is the same for any two approvals of one
// second: both come from "sys". So it is all that can tell two events apart, and
// does not change when one is pushed again. The ciphertext and the signature do.
func (p appPush) key(plain []byte) string {
	switch {
	case p.MsgID != "" && p.MsgID != "0":
		return "m:" + p.MsgID
	case p.CreateTime == "":
		return "h:" + digest(string(plain))
	}
	a := p.Approval
	told := []string{
		p.ToUserName, p.AgentID, p.FromUserName, p.CreateTime, p.MsgType, p.Event, p.ChangeType, p.EventKey, p.TaskID, p.ResponseCode,
		a.SpNoStr, a.SpNo, a.SpStatus, a.StatuChangeEvent, a.ThirdNo, a.OpenSpStatus,
		p.UserID, p.NewUserID, p.ExternalUserID, p.LinkID, p.JobID, p.Party, p.Tag, p.Content, p.MediaID,
	}
	return "e:" + digest(slices.Concat(told, a.acts())...)
}

// instant reads the platform's clock, in seconds; where it says nothing, it is
// our own.
func (i *inlet) instant(seconds string) time.Time { return instant(seconds, i.now) }

func instant(seconds string, now func() time.Time) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n <= 0 || n > lastSecond {
		return now()
	}
	return time.Unix(n, 0)
}

// lastSecond is the end of the year 9999: no row holds a later one.
const lastSecond = 253402300799

// fromSystem reads what the platform tells of people who did not act.
func (p appPush) fromSystem(e bots.Event) bots.Event {
	if p.Event != "change_contact" || p.UserID == "" {
		return e
	}
	switch p.ChangeType {
	case "delete_user":
		e.Kind, e.User = bots.EventUserLeft, p.UserID
	case "update_user":
		e.Kind, e.User = bots.EventUserChanged, p.UserID
		switch status, err := strconv.Atoi(p.Status); {
		case err != nil: // it did not change
		case status == accountDisabled || status == accountExited:
			e.Kind = bots.EventUserLeft
		case status == accountActive:
			e.Kind = bots.EventUserBack
		}
	}
	return e
}

// What the platform calls the account of a member who can act, and of those who
// cannot any more (path/90970).
const (
	accountActive   = 1
	accountDisabled = 2
	accountExited   = 5
)

// fromPerson reads what a member said or did in their chat with the app.
func (i *inlet) fromPerson(e bots.Event, p appPush) bots.Event {
	e.Private, e.Mentioned = true, true
	if p.MsgType == "event" {
		return i.deed(e, p)
	}
	e.MessageID = p.MsgID
	if e.MessageID == "" {
		e.MessageID = e.Key
	}
	file := bots.File{Bot: Name, Key: p.MediaID, MessageID: e.MessageID}
	switch p.MsgType {
	case "text":
		e.Text = strings.TrimSpace(p.Content)
	case "voice": // words only where the company has them recognised
		e.Text = strings.TrimSpace(p.Recognition)
	case "image":
		file.Name, file.Image = wordImage, true
		e.Files = []bots.File{file}
	case "video":
		file.Name = wordVideo
		e.Files = []bots.File{file}
	case "file": // not promised by the platform; taken where it comes
		file.Name = p.FileName
		e.Files = []bots.File{file}
	case "location", "link": // neither words nor a file of the person's own
	default:
		return e
	}
	e.Kind = bots.EventMessage
	if p.MediaID == "" {
		e.Files = nil
	}
	return e
}

// deed reads what a member did.
func (i *inlet) deed(e bots.Event, p appPush) bots.Event {
	switch p.Event {
	case "enter_agent":
		e.Kind = bots.EventEntered
	case "click":
		e.Kind, e.Text = bots.EventMenu, p.EventKey
	case "template_card_event", "template_card_menu_event":
		form := make(map[string]string, len(p.Selected))
		for _, s := range p.Selected {
			form[s.Question] = strings.Join(s.Options, ",")
		}
		e.Kind, e.Click = bots.EventClick, pressed(p.EventKey, form)
		e.Click.Card = cardRef(p.TaskID, p.ResponseCode, i.now().Add(cardLife))
	}
	return e
}
