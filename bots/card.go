package bots

// Tone colours a card's head or a toast; the words always say the same.
type Tone int

// The tones.
const (
	ToneInfo    Tone = iota + 1 // something to know
	ToneAct                     // something to do
	ToneSuccess                 // done
	ToneWarn                    // late, or not quite
	ToneError                   // refused or wrong
	ToneClosed                  // over: nothing can be done here
)

// Message is one thing the hub says, to a person or to a chat. Its JSON form is
// what the store keeps, so that a second try says exactly the same.
type Message struct {
	Key  string  `json:"key"`            // unique for ever; platforms derive their dedup id from it
	User string  `json:"user,omitempty"` // platform id of the person: private
	Chat string  `json:"chat,omitempty"` // platform id of the chat; one of the two is set
	Text string  `json:"text,omitempty"` // plain text, or what to say where Card cannot be shown
	Card *Card   `json:"card,omitempty"`
	File *Upload `json:"file,omitempty"`
}

// Upload is a file that the hub sends. Open is set by the sender just before.
type Upload struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Type   string `json:"type"` // media type by content
	Data   []byte `json:"-"`
}

// Card is a message with structure. Platforms draw it as well as they can; what
// they cannot draw they say in words ([Card.Plain]).
type Card struct {
	Title    string  `json:"title"` // state + object + amount: lock screens show only this
	Tone     Tone    `json:"tone"`
	Blocks   []Block `json:"blocks,omitempty"`
	Fallback string  `json:"fallback,omitempty"` // what to write instead of pressing: 回复 同意 1287
	Link     string  `json:"link,omitempty"`     // absolute URL of a page where the same can be seen or done
	Ask      *Form   `json:"ask,omitempty"`      // the card's one question, for platforms whose cards hold one: instead of all forms and buttons in Blocks
}

// Block is one piece of a card: exactly one of its fields is set.
type Block struct {
	Text    string   `json:"text,omitempty"`  // a paragraph; plain text, never markup
	Note    string   `json:"note,omitempty"`  // small print
	Facts   []Fact   `json:"facts,omitempty"` // names and values, one per line
	Buttons []Button `json:"buttons,omitempty"`
	Form    *Form    `json:"form,omitempty"`
	Divider bool     `json:"divider,omitempty"`
}

// Fact is a name with its value.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Button asks for something. Inside a form it submits the form.
type Button struct {
	Text    string            `json:"text"`
	Action  string            `json:"action"`
	Value   map[string]string `json:"value,omitempty"`
	Style   ButtonStyle       `json:"style,omitempty"`
	Confirm string            `json:"confirm,omitempty"` // asked before it acts
}

// ButtonStyle is the weight of a button.
type ButtonStyle int

// The weights; a card has at most one primary button per form or row.
const (
	ButtonPlain ButtonStyle = iota
	ButtonPrimary
	ButtonDanger
)

// Form gathers inputs that one of its buttons submits together.
type Form struct {
	Name    string   `json:"name"`
	Inputs  []Input  `json:"inputs"`
	Buttons []Button `json:"buttons"`
}

// InputKind is the kind of a form's field.
type InputKind int

// The kinds of fields.
const (
	InputText InputKind = iota + 1
	InputLongText
	InputChoice // one of Options
	InputDate   // yyyy-mm-dd
	InputPerson // a person known to the platform; yields the platform's id
	InputChecks // any of Options; yields their values joined by ","; all are chosen at first
)

// Input is a form's field.
type Input struct {
	Name     string    `json:"name"`
	Label    string    `json:"label"`
	Kind     InputKind `json:"kind"`
	Hint     string    `json:"hint,omitempty"`
	Default  string    `json:"default,omitempty"`
	Required bool      `json:"required,omitempty"`
	MaxLen   int       `json:"max_len,omitempty"` // characters
	Options  []Option  `json:"options,omitempty"` // the choices; for text, what may be chosen where nothing can be typed
}

// Option is one choice of an [InputChoice].
type Option struct {
	Value string `json:"value"`
	Text  string `json:"text"`
}
