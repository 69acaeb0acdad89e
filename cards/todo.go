package cards

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
	"genjin/sales"
	"genjin/sales/money"
)

// todoMax is how many requests a consolidated card shows: Feishu draws at most
// 200 elements and takes at most 30 KB.
const todoMax = 10

// pickMax is how many requests a card with one question lists: WeCom's most.
const pickMax = 20

// PickName is the field that holds the requests that were ticked.
const PickName = "pick"

// TodoItem is one request that waits for the reader.
type TodoItem struct {
	Approval sales.Approval
	Files    []sales.File
	Task     sales.ApprovalTask
}

// Todo is the consolidated card: everything that waits for one person, to be
// decided one by one or in bulk. What is not shown is not decided in bulk.
func (w Words) Todo(_ sales.Person, items []TodoItem, nonce string) bots.Card {
	shown := items[:min(len(items), todoMax)]
	c := bots.Card{
		Title: title(w.say("todo.title", len(items)), w.total(items)), Tone: bots.ToneAct,
		Fallback: w.todoFallback(items), Ask: w.todoAsk(items, nonce),
	}
	if len(shown) > 1 {
		c.Blocks = append(c.Blocks, bots.Block{Buttons: []bots.Button{w.allButton(shown, nonce)}})
	}
	for i, item := range shown {
		if i > 0 {
			c.Blocks = append(c.Blocks, bots.Block{Divider: true})
		}
		c.Blocks = append(c.Blocks, bots.Block{Text: w.todoText(item)}, bots.Block{Form: w.todoForm(item.Approval, nonce)})
	}
	if rest := len(items) - len(shown); rest > 0 {
		c.Blocks = append(c.Blocks, bots.Block{Note: w.say("todo.rest", rest)})
	}
	return c
}

func (w Words) todoText(item TodoItem) string {
	a := item.Approval
	text := lines(
		w.say("todo.item", a.Number, title(clip(a.Company, nameMax), amount(a.Amount))),
		w.say("todo.item_step", w.step(a.Move), w.Name(a.Requester), w.Time(a.CreatedAt)),
		w.named("fact.evidence", evidence(item.Files, a.Move.Attendees)),
	)
	if item.Task.For != "" {
		text += w.say("approval.on_behalf", w.Name(item.Task.For))
	}
	return text
}

// todoForm has one comment and the acts of one request.
func (w Words) todoForm(a sales.Approval, nonce string) *bots.Form {
	buttons := w.actButtons(actValue(a, nonce))
	return &bots.Form{
		Name:    "a" + strconv.FormatInt(a.Number, 10),
		Inputs:  []bots.Input{{Name: "comment", Label: w.say("input.comment"), Kind: bots.InputText, MaxLen: commentMax}},
		Buttons: append(buttons[:2:2], buttons[3]),
	}
}

// allButton approves what the card shows and nothing else: each request with
// the version that was shown.
func (w Words) allButton(shown []TodoItem, nonce string) bots.Button {
	numbers, versions := make([]string, 0, len(shown)), make([]string, 0, len(shown))
	for _, item := range shown {
		numbers = append(numbers, strconv.FormatInt(item.Approval.Number, 10))
		versions = append(versions, strconv.FormatInt(item.Approval.Version, 10))
	}
	return bots.Button{
		Text: w.say("button.all"), Action: "all-approve", Style: bots.ButtonPrimary,
		Value:   map[string]string{"n": nonce, "no": strings.Join(numbers, ","), "v": strings.Join(versions, ",")},
		Confirm: w.say("todo.confirm", len(shown), orDash(w.total(shown))),
	}
}

// todoAsk is the card as one question: which requests to approve. All are ticked
// at first. What is not listed is not decided.
func (w Words) todoAsk(items []TodoItem, nonce string) *bots.Form {
	if len(items) == 0 {
		return nil
	}
	listed := items[:min(len(items), pickMax)]
	options := make([]bots.Option, 0, len(listed))
	for _, item := range listed {
		a := item.Approval
		text := strings.TrimRight(w.say("todo.pick_item", a.Number, clip(a.Company, pickName), amount(a.Amount)), " ")
		options = append(options, bots.Option{Value: fmt.Sprintf("%d:%d", a.Number, a.Version), Text: text})
	}
	hint := w.say("todo.pick_hint", listed[0].Approval.Number, listed[0].Approval.Number)
	if rest := len(items) - len(listed); rest > 0 {
		hint += w.say("todo.rest", rest)
	}
	return &bots.Form{
		Name:   "todo",
		Inputs: []bots.Input{{Name: PickName, Label: w.say("todo.pick"), Kind: bots.InputChecks, Hint: hint, Options: options}},
		Buttons: []bots.Button{
			{Text: w.say("button.picked"), Action: "all-approve", Value: map[string]string{"n": nonce}, Style: bots.ButtonPrimary},
		},
	}
}

// pickName is how much of a company's name stands beside a tick box.
const pickName = 16

// total is the sum of what waits, where it is of one currency.
func (w Words) total(items []TodoItem) string {
	var sum money.Amount
	for i, item := range items {
		if i == 0 {
			sum = item.Approval.Amount
			continue
		}
		next, err := sum.Add(item.Approval.Amount)
		if err != nil {
			return ""
		}
		sum = next
	}
	if sum.Fen == 0 {
		return ""
	}
	return w.say("todo.total", sum.Short())
}

func (w Words) todoFallback(items []TodoItem) string {
	if len(items) == 0 {
		return ""
	}
	return w.say("todo.fallback", items[0].Approval.Number, items[0].Approval.Number)
}

// TodoDone stands where a consolidated card stood once nothing waits any more.
func (w Words) TodoDone(_ sales.Person) bots.Card {
	return bots.Card{Title: w.say("todo.done"), Tone: bots.ToneSuccess, Blocks: []bots.Block{{Text: w.say("todo.done_text")}}}
}

// TodoReplaced stands where an older consolidated card stood.
func (w Words) TodoReplaced(_ sales.Person) bots.Card {
	return bots.Card{Title: w.say("todo.replaced"), Tone: bots.ToneClosed, Blocks: []bots.Block{{Text: w.say("todo.replaced_text")}}}
}

// BulkLine is what came of one request of a bulk decision.
type BulkLine struct {
	Approval sales.Approval
	Refused  error
}

// Bulk tells what came of each request.
func (w Words) Bulk(results []BulkLine) string {
	done := 0
	all := make([]string, 0, len(results)+1)
	for _, r := range results {
		if r.Refused != nil {
			all = append(all, w.say("bulk.no", num(r.Approval.Number), clip(r.Approval.Company, nameMax), w.ApprovalRefused(r.Refused, r.Approval)))
			continue
		}
		done++
		all = append(all, strings.TrimRight(w.say("bulk.yes", num(r.Approval.Number), clip(r.Approval.Company, nameMax), amount(r.Approval.Amount)), " "))
	}
	head := w.say("bulk.some", done, len(results)-done)
	switch done {
	case len(results):
		head = w.say("bulk.head", done)
	case 0:
		head = w.say("bulk.none", len(results))
	}
	return lines(append([]string{head}, all...)...)
}

// Work is what waits for a person beside approvals.
type Work struct {
	Leads    []sales.Lead     // to be called
	Deals    []sales.Deal     // without progress
	Asked    []sales.Approval // the person's own requests, waiting for others
	Approve  int              // requests that wait for the person, on a card of their own
	Overflow int              // lines that are not shown
}

// TodoText lists what waits for a person, one line each.
func (w Words) TodoText(v Work, now time.Time) string {
	var all []string
	if v.Approve > 0 {
		all = append(all, w.say("work.approve", v.Approve))
	}
	if len(v.Leads) > 0 {
		all = append(all, w.say("work.leads", len(v.Leads)))
		for _, l := range v.Leads {
			all = append(all, w.LeadLine(l, now))
		}
	}
	if len(v.Deals) > 0 {
		all = append(all, w.say("work.deals", len(v.Deals)))
		for _, d := range v.Deals {
			all = append(all, w.DealLine(d, now))
		}
	}
	if len(v.Asked) > 0 {
		all = append(all, w.say("work.asked", len(v.Asked)))
		for _, a := range v.Asked {
			all = append(all, w.say("line.asked", a.Number, clip(a.Company, nameMax), w.step(a.Move), w.waiting(a)))
		}
	}
	if v.Overflow > 0 {
		all = append(all, w.say("more", v.Overflow))
	}
	if len(all) == 0 {
		return w.say("work.nothing")
	}
	return lines(all...)
}

// Mine lists a person's open leads and deals, one line each.
func (w Words) Mine(leads []sales.Lead, deals []sales.Deal, more int, now time.Time) string {
	if len(leads)+len(deals) == 0 {
		return w.say("mine.nothing")
	}
	var all []string
	if len(deals) > 0 {
		all = append(all, w.say("mine.deals", len(deals)))
		for _, d := range deals {
			all = append(all, w.DealLine(d, now))
		}
	}
	if len(leads) > 0 {
		all = append(all, w.say("mine.leads", len(leads)))
		for _, l := range leads {
			all = append(all, w.LeadLine(l, now))
		}
	}
	if more > 0 {
		all = append(all, w.say("more", more))
	}
	return lines(all...)
}
