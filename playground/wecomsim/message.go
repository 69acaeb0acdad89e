package wecomsim

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	typeText       = "text"
	typeMarkdown   = "markdown"
	typeImage      = "image"
	typeFile       = "file"
	typeVideo      = "video"
	typeMarkdownV2 = "markdown_v2"
	typeTextCard   = "textcard"
	typeNews       = "news"
	typeCard       = "template_card"
	senderIsBot    = "bot"

	cardTextNotice = "text_notice"
	cardNewsNotice = "news_notice"
	cardButtons    = "button_interaction"
	cardVote       = "vote_interaction"
	cardMultiple   = "multiple_interaction"
)

// Message is a message as people see it. What one send says to several people
// is one message for each: the first has the msgid, the others msgid:userid.
type Message struct {
	ID, ChatID string // the chat is a group's id, a user id, or WithBot + ":" + user id
	SenderID   string // user id, or "bot": the hub
	Type       string // text, markdown, image, file, template_card …
	Text       string // all that can be read: the text, or a card's titles, texts, labels, options and buttons
	Title      string // of a card
	Card       json.RawMessage
	CardType   string
	TaskID     string
	Buttons    []Button
	Inputs     []Input
	FileName   string
	FileData   []byte
	Updates    int // how often it was replaced
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Recalled   bool
	Link       string // where a press on the card as a whole leads
}

// Button is a button of a card.
type Button struct {
	Ref      string // "#0", "#1" …: its place on the card; works as a name in [Server.Click]
	Name     string // its key
	Text     string
	URL      string // it opens this and tells nobody
	Disabled bool
}

// Input is a field of a card.
type Input struct {
	Name, Label string
	Kind        string // selection (beside buttons), checkbox or select
	Options     []Option
	Default     string // the chosen options, joined by ","
	Multiple    bool   // several may be chosen
}

// Option is a choice of an [Input].
type Option struct{ Value, Text string }

// PushResult is what became of a callback.
type PushResult struct {
	MessageID string
	ChatID    string
	Status    int
	Body      []byte
	Err       error
	Dropped   bool // it never left: a fault, or nothing that the platform tells the hub
	Held      bool // it will be overtaken by the next one, see [FaultReorder]
	Again     int  // status of the duplicate, see [FaultDuplicatePush]
	replaced  bool // the answer changed the clicked card
}

// OK tells whether the hub has taken the callback.
func (r PushResult) OK() bool { return r.Err == nil && r.Status == http.StatusOK }

// ClickResult is what became of a click.
type ClickResult struct {
	HTTPStatus   int
	Body         []byte
	Blocked      string // the client itself refused, nothing was sent: why
	CardReplaced bool   // the answer held a change of the card, and it stands in the chat now
	ResponseCode string
	EventKey     string
	Err          error
}

// Done tells whether the click reached the hub and was taken.
func (r ClickResult) Done() bool {
	return r.Blocked == "" && r.Err == nil && r.HTTPStatus == http.StatusOK
}

// pushOptions are the wishes for one callback.
type pushOptions struct {
	messageID string
	quotedID  string
	createdAt time.Time
	once      bool
}

// PushOption changes how a callback is pushed.
type PushOption func(*pushOptions)

// WithMessageID makes the message under a given id; a known one is pushed again.
func WithMessageID(id string) PushOption { return func(o *pushOptions) { o.messageID = id } }

// CreatedAt gives the callback another time of creation.
func CreatedAt(t time.Time) PushOption { return func(o *pushOptions) { o.createdAt = t } }

// ReplyTo makes the message, to the 智能机器人, an answer that quotes another.
func ReplyTo(messageID string) PushOption {
	return func(o *pushOptions) { o.quotedID = messageID }
}

// NoRetry has the callback pushed once only, whatever comes back.
func NoRetry() PushOption { return func(o *pushOptions) { o.once = true } }

// message is what the platform keeps of one message.
type message struct {
	id, chatID, kind string
	send             *sending // what the hub's message belongs to; nil for people's
	sender           string   // user id, or "bot"
	link             string   // where a text card leads
	text             string   // of texts, and what a person typed
	card             json.RawMessage
	replaced         string // words on the buttons that were turned off by replace_name
	mediaID          string
	fileName         string
	fileData         []byte
	pictures         [][]byte // of a mixed message
	aibot            bool     // was said by, or to, the 智能机器人
	created, updated time.Time
	updates          int
	recalled         bool
	view             *Message // what people see, until it changes
}

// sending is one call of the hub, which may have become several messages.
type sending struct {
	msgid    string
	taskID   string
	code     string // the response_code it was answered with
	at       time.Time
	messages []*message
	aibot    bool
}

// sentBody remembers what a body has led to.
type sentBody struct {
	msgid string
	until time.Time
}

// updateCode is the right to change a card once.
type updateCode struct {
	send *sending
	at   time.Time
	used bool
}

// replyCode is the right to answer a message to the 智能机器人 once.
type replyCode struct {
	room string // see [Server.roomLocked]
	at   time.Time
	used bool
}

// oauthCode tells who has opened a page.
type oauthCode struct {
	userID string
	at     time.Time
}

// blob is an uploaded or received file.
type blob struct {
	id, kind, name string
	data           []byte
	at             time.Time
}

// addLocked stores a message and shows it.
func (s *Server) addLocked(m *message) {
	if m.id == "" {
		m.id = newID("msg")
	}
	if m.updated.IsZero() {
		m.updated = m.created
	}
	s.messages[m.id] = m
	s.byChat[m.chatID] = append(s.byChat[m.chatID], m)
	s.Touch()
}

// changedLocked is told of every change of a message.
func (s *Server) changedLocked(m *message, now time.Time) {
	m.updated, m.view = now, nil
	m.updates++
	s.Touch()
}

// keepLocked stores a file and gives its media_id, which lives three days.
func (s *Server) keepLocked(b *blob) string {
	b.id = newID("media")
	s.blobs[b.id] = b
	return b.id
}

// mintCodeLocked gives a new right to change a card.
func (s *Server) mintCodeLocked(send *sending, now time.Time) string {
	code := newID("rc")
	s.codes[code] = &updateCode{send: send, at: now}
	return code
}

// mintReplyLocked gives the response_url of a message to the 智能机器人 that
// stands in the given room.
func (s *Server) mintReplyLocked(room string, now time.Time) string {
	code := newID("re")
	s.replies[code] = &replyCode{room: room, at: now}
	return s.base + replyPath + "?response_code=" + code
}
