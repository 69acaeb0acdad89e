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
	errs := []error{
		need(c.Title.Title != "" || c.Sub != "", "a card without a title"),
		need(utf8.RuneCountInString(c.Title.Title) <= titleMax, "the title is too long"),
		need(utf8.RuneCountInString(c.Title.Desc) <= questionTitle, "the words below the title are too many"),
		need(aTaskID.MatchString(c.TaskID), "the task id is not one"),
		need(c.Action == nil || c.Action.URL != "" && len(c.Action.URL) <= urlBytesMax, "the link is too long"),
		atMost(len(c.Facts), factsMax, "facts"),
	}
	switch c.Kind {
	case kindButtons:
		errs = append(errs, c.validateButtons())
	case kindVote:
		errs = append(errs, c.validateChecks(), c.validateSubmit())
	case kindMultiple:
		errs = append(errs, c.validateSelects(), c.validateSubmit())
	case kindNotice:
		errs = append(errs, need(c.Action != nil, "a notice that leads nowhere"))
	}
	text, err := encode(c)
	if err == nil && len(text) > cardBytesMax {
		err = fmt.Errorf("card of %d bytes is too large", len(text))
	}
	return errors.Join(append(errs, err)...)
}

func (c *card) validateButtons() error {
	errs := []error{need(len(c.Buttons) > 0, "nothing to press"), atMost(len(c.Buttons), buttonsMax, "buttons")}
	seen := map[string]bool{}
	for _, b := range c.Buttons {
		errs = append(errs, need(b.Text != "", "a button without words"), validKey(b.Key), need(!seen[b.Key], "two buttons that are the same"))
		seen[b.Key] = true
	}
	if c.Selection != nil {
		errs = append(errs, c.Selection.validate())
	}
	return errors.Join(errs...)
}

func (c *card) validateSelects() error {
	errs := []error{need(len(c.Selects) > 0, "nothing to choose"), atMost(len(c.Selects), selectsMax, "selectors")}
	seen := map[string]bool{}
	for _, s := range c.Selects {
		errs = append(errs, s.validate(), need(!seen[s.Question], "two questions that are the same"))
		seen[s.Question] = true
	}
	return errors.Join(errs...)
}

func (c *card) validateChecks() error {
	errs := []error{need(c.Checkbox.Question != "", "a question without a key"), need(len(c.Checkbox.Options) > 0, "nothing to tick"), atMost(len(c.Checkbox.Options), checksMax, "boxes")}
	seen := map[string]bool{}
	for _, o := range c.Checkbox.Options {
		errs = append(errs, validOption(o.ID, o.Text, seen))
	}
	return errors.Join(errs...)
}

func (c *card) validateSubmit() error {
	return errors.Join(need(c.Submit.Text != "", "a button without words"), validKey(c.Submit.Key))
}

func (p cardPick) validate() error {
	errs := []error{need(p.Question != "", "a question without a key"), need(len(p.Options) > 0, "nothing to choose"), atMost(len(p.Options), optionsMax, "options")}
	seen := map[string]bool{}
	for _, o := range p.Options {
		errs = append(errs, validOption(o.ID, o.Text, seen))
	}
	return errors.Join(errs...)
}

func validKey(key string) error {
	return need(key != "" && len(key) <= keyBytesMax, "a button's key of the wrong length")
}

func validOption(id, text string, seen map[string]bool) error {
	twice := seen[id]
	seen[id] = true
	return need(id != "" && len(id) <= optionIDMax && text != "" && !twice, "an option that the platform does not take")
}

func atMost(n, most int, what string) error {
	if n <= most {
		return nil
	}
	return fmt.Errorf("%d %s, the platform shows %d", n, what, most)
}

func need(ok bool, otherwise string) error {
	if ok {
		return nil
	}
	return errors.New(otherwise)
}
