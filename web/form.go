package web

// Form is what form.html shows: the intake form and the upload page.
type Form struct {
	Assets string // where static files lie: "/static"
	Title  string
	Intro  string
	Action string // where the form posts to; empty: the page itself
	State  FormState
	Notice string   // what happened and what to do, for every state but open
	Errors []string // what is wrong with the whole; a field's own error stands at the field
	Fields []Field
	Submit string // the button; empty: 提交
}

// FormState is what the page is about.
type FormState string

// The states of a form; each looks different.
const (
	FormOpen    FormState = "open"    // can be filled
	FormDone    FormState = "done"    // was sent
	FormExpired FormState = "expired" // the link is spent or too old
	FormDenied  FormState = "denied"  // not for this person
	FormTrouble FormState = "trouble" // something is wrong on our side
)

// Field is one field of a [Form].
type Field struct {
	Name     string
	Label    string
	Kind     string // text, tel, email, number, date, long, choice, file
	Value    string
	Hint     string
	Error    string
	Accept   string // of a file: ".pdf,.docx"
	Complete string // autocomplete token: "tel"
	Required bool
	MaxLen   int
	Choices  []Choice
}

// Choice is one of a choice field's.
type Choice struct{ Value, Text string }
