package wecom

import (
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"
)

// Limits of a card (path/90236 and the codes 42014, 42027 to 42051).
const (
	titleMax      = 128 // characters; the clients show about 36
	quoteMax      = 512 // characters
	factsMax      = 6
	buttonsMax    = 6
	selectsMax    = 3
	optionsMax    = 10
	checksMax     = 20
	keyBytesMax   = 1024
	optionIDMax   = 128 // bytes
	urlBytesMax   = 1024
	cardBytesMax  = 16 << 10
	questionTitle = 255 // characters of what stands below a question's title
)

// aTaskID is what the platform takes for a card's own id.
var aTaskID = regexp.MustCompile(`^[0-9A-Za-z_\-@]{1,128}$`)

// validate holds a card to the platform's limits, so that nothing is sent that
// is refused anyway.
func (c *card) validate() error {
	k := &limitCheck{seen: map[string]bool{}}
	k.need(c.Title.Title != "" || c.Sub != "", "a card without a title")
	k.need(utf8.RuneCountInString(c.Title.Title) <= titleMax, "the title is too long")
	k.need(utf8.RuneCountInString(c.Title.Desc) <= questionTitle, "the words below the title are too many")
	k.need(aTaskID.MatchString(c.TaskID), "the task id is not one")
	k.need(c.Action == nil || c.Action.URL != "" && len(c.Action.URL) <= urlBytesMax, "the link is too long")
	k.atMost(len(c.Facts), factsMax, "facts")
	switch c.Kind {
	case kindButtons:
		k.buttons(c)
	case kindVote:
		k.boxes(*c.Checkbox)
		k.button(c.Submit.Text, c.Submit.Key)
	case kindMultiple:
		k.need(len(c.Selects) > 0, "nothing to choose")
		k.atMost(len(c.Selects), selectsMax, "selectors")
		for _, s := range c.Selects {
			k.selector(s)
		}
		k.button(c.Submit.Text, c.Submit.Key)
	case kindNotice:
		k.need(c.Action != nil, "a notice that leads nowhere")
	}
	text, err := encode(c)
	if err == nil {
		k.atMost(len(text), cardBytesMax, "bytes")
	}
	return errors.Join(append(k.faults, err)...)
}

// limitCheck collects what is wrong with a card.
type limitCheck struct {
	faults []error
	seen   map[string]bool // buttons, questions and options, each of which must be the only one
}

func (k *limitCheck) need(ok bool, otherwise string) {
	if !ok {
		k.faults = append(k.faults, errors.New(otherwise))
	}
}

func (k *limitCheck) atMost(n, most int, what string) {
	if n > most {
		k.faults = append(k.faults, fmt.Errorf("%d %s, the platform shows %d", n, what, most))
	}
}

func (k *limitCheck) once(kind, name string) {
	k.need(!k.seen[kind+" "+name], "the same "+kind+" twice")
	k.seen[kind+" "+name] = true
}

func (k *limitCheck) buttons(c *card) {
	k.need(len(c.Buttons) > 0, "nothing to press")
	k.atMost(len(c.Buttons), buttonsMax, "buttons")
	for _, b := range c.Buttons {
		k.button(b.Text, b.Key)
		k.once("button", b.Key)
	}
	if c.Selection != nil {
		k.selector(*c.Selection)
	}
}

func (k *limitCheck) button(text, key string) {
	k.need(text != "", "a button without words")
	k.need(key != "" && len(key) <= keyBytesMax, "a button's key of the wrong length")
}

func (k *limitCheck) boxes(c cardChecks) {
	k.need(c.Question != "", "a question without a key")
	k.need(len(c.Options) > 0, "nothing to tick")
	k.atMost(len(c.Options), checksMax, "boxes")
	for _, o := range c.Options {
		k.option(c.Question, o.ID, o.Text)
	}
}

func (k *limitCheck) selector(p cardPick) {
	k.need(p.Question != "", "a question without a key")
	k.once("question", p.Question)
	k.need(len(p.Options) > 0, "nothing to choose")
	k.atMost(len(p.Options), optionsMax, "options")
	for _, o := range p.Options {
		k.option(p.Question, o.ID, o.Text)
	}
}

func (k *limitCheck) option(question, id, text string) {
	k.need(id != "" && len(id) <= optionIDMax, "an option's id of the wrong length")
	k.need(text != "", "an option without words")
	k.once("option", question+" "+id)
}
