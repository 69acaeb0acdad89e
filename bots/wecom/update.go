package wecom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
)

// code is what it takes to change a card once.
type code struct {
	word  string // as it stands in the ref
	value string
	until time.Time
}

// codesOf reads a ref: the card's task id, and its codes with the freshest first.
func codesOf(ref bots.CardRef) (task string, codes []code) {
	words := strings.Fields(string(ref))
	if len(words) == 0 {
		return "", nil
	}
	for _, word := range words[1:] {
		at := strings.LastIndexByte(word, '@')
		if at <= 0 {
			continue
		}
		if unix, err := strconv.ParseInt(word[at+1:], 10, 64); err == nil {
			codes = append(codes, code{word, word[:at], time.Unix(unix, 0)})
		}
	}
	slices.Reverse(codes) // what was learnt last comes last
	slices.SortStableFunc(codes, func(a, b code) int { return b.until.Compare(a.until) })
	return words[0], codes
}

// live gives the codes that can still be used.
func (b *Bot) live(codes []code, at time.Time) []code {
	return slices.DeleteFunc(codes, func(c code) bool {
		_, used := b.spent.get(c.value)
		return used || !at.Before(c.until)
	})
}

// Spent implements [bots.Perishable].
func (b *Bot) Spent(ref bots.CardRef, at time.Time) bool {
	_, codes := codesOf(ref)
	return len(b.live(codes, at)) == 0
}

// Update implements [bots.Bot] (path/94888). Each code is good for one change;
// one that the platform does not know any more is dropped, and the next is tried.
func (b *Bot) Update(ctx context.Context, ref bots.CardRef, m bots.Message) (bots.CardRef, error) {
	if m.Card == nil {
		return "", &bots.SendError{Code: bots.CodeRefused, Platform: "update", Err: fmt.Errorf("message %s holds no card", m.Key)}
	}
	task, codes := codesOf(ref)
	codes = b.live(codes, b.Now())
	if len(codes) == 0 {
		return "", noCode()
	}
	c, err := b.replacement(*m.Card, task)
	if err != nil {
		return "", err
	}
	for i, cd := range codes {
		err := b.change(ctx, cd, m.Key, c)
		if err == nil {
			return refOf(task, codes[i+1:]), nil
		}
		if se, is := errors.AsType[*bots.SendError](err); !is || se.Code != bots.CodeStale {
			return "", err
		}
	}
	return "", noCode()
}

func noCode() error {
	return &bots.SendError{Code: bots.CodeStale, Platform: "update", Err: errors.New("no code is left to change the card with")}
}

// replacement draws what stands in a card's place afterwards.
func (b *Bot) replacement(c bots.Card, task string) (*card, error) {
	if !asks(c) {
		return b.notice(c, task), nil
	}
	return render(c, task)
}

func refOf(task string, codes []code) bots.CardRef {
	words := []string{task}
	for _, c := range slices.Backward(codes) { // the freshest last, as they are learnt
		words = append(words, c.word)
	}
	return bots.CardRef(strings.Join(words, " "))
}

// change is the body of update_template_card.
type change struct {
	AtAll int    `json:"atall"`
	Agent int    `json:"agentid"`
	Code  string `json:"response_code"`
	Card  *card  `json:"template_card"`
}

// change uses a code. When an earlier try of the same update got no answer, and
// now the code is used up, that try was the one that used it.
func (b *Bot) change(ctx context.Context, cd code, key string, c *card) error {
	body, err := encode(change{AtAll: 1, Agent: b.AgentID, Code: cd.value, Card: c})
	if err != nil {
		return err
	}
	err = b.call(ctx, request{
		api: "message/update_template_card", path: "/cgi-bin/message/update_template_card", body: body,
		key: key, acts: true, twice: true,
	})
	se, is := errors.AsType[*bots.SendError](err)
	switch {
	case err == nil:
		b.spent.put(cd.value, struct{}{})
	case is && se.Code == bots.CodeUnknown:
		b.doubt.put(cd.value, key)
	case is && se.Code == bots.CodeStale:
		b.spent.put(cd.value, struct{}{})
		if by, in := b.doubt.get(cd.value); in && by == key {
			return nil
		}
	}
	return err
}

// Recall takes back a message that the app said within 24 hours (path/94867).
// Later it stays, which is a [bots.SendError] with [bots.CodeStale].
func (b *Bot) Recall(ctx context.Context, ref bots.CardRef) error {
	word, _, _ := strings.Cut(string(ref), " ")
	id, ok := strings.CutPrefix(word, "m:")
	if !ok {
		return &bots.SendError{Code: bots.CodeStale, Platform: "message/recall", Err: errors.New("the message's id is not known")}
	}
	body, err := encode(map[string]string{"msgid": id})
	if err != nil {
		return err
	}
	err = b.call(ctx, request{api: "message/recall", path: "/cgi-bin/message/recall", body: body, acts: true, twice: true})
	if se, is := errors.AsType[*bots.SendError](err); is && strings.HasSuffix(se.Platform, fmt.Sprintf("errcode %d", codeAfterRecall)) {
		se.Code = bots.CodeStale
	}
	return err
}
