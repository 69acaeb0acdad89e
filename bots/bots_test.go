package bots_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"genjin/bots"
)

// TestPlain says a card in words: all that can be read, in order, and at the end
// what to write instead of pressing.
func TestPlain(t *testing.T) {
	t.Parallel()
	c := bots.Card{
		Title: "待你审批 · 华东智造 · ¥128万", Tone: bots.ToneAct, Fallback: "回复 同意 1287",
		Blocks: []bots.Block{
			{Text: "推进到合同签订"},
			{Facts: []bots.Fact{{Name: "金额", Value: "¥1,280,000.00"}, {Name: "提交人", Value: "李雷"}}},
			{Divider: true},
			{Note: "卡片 14 天内有效"},
			{Buttons: []bots.Button{{Text: "同意", Action: "approve"}}},
		},
	}
	want := "待你审批 · 华东智造 · ¥128万\n推进到合同签订\n金额：¥1,280,000.00\n提交人：李雷\n卡片 14 天内有效\n回复 同意 1287"
	if got := c.Plain(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (bots.Card{Blocks: []bots.Block{{Text: "只有一句"}}}).Plain(); got != "只有一句" {
		t.Errorf("without a title: %q", got)
	}
}

// TestMessageSurvivesTheStore: a second try must say exactly the same.
func TestMessageSurvivesTheStore(t *testing.T) {
	t.Parallel()
	m := bots.Message{Key: "k", User: "ou_li", Card: &bots.Card{
		Title: "x", Tone: bots.ToneWarn, Blocks: []bots.Block{{Form: &bots.Form{
			Name: "f", Inputs: []bots.Input{{Name: "a", Label: "甲", Kind: bots.InputChoice, Options: []bots.Option{{Value: "1", Text: "一"}}, Required: true, MaxLen: 3}},
			Buttons: []bots.Button{{Text: "交", Action: "go", Value: map[string]string{"n": "1"}, Style: bots.ButtonDanger, Confirm: "?"}},
		}}},
	}}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back bots.Message
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(m, back) {
		t.Errorf("%+v became %+v: %v", m, back, err)
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`Get "https://a/b?access_token=SECRET&x=1": EOF`:         `Get "https://a/b": EOF`,
		`wss://a/ws?ticket=SECRET`:                               `wss://a/ws`,
		`first https://a?k=SECRET then https://b?k=SECRET2 done`: `first https://a then https://b done`,
		`what? a question`:                                       `what? a question`,
		"a?k=SECRET\nb":                                          "a\nb",
		`nothing`:                                                `nothing`,
		`Get "https://a/b??k=SECRET": EOF`:                       `Get "https://a/b": EOF`,
	} {
		got := bots.Redact(in)
		if got != want || strings.Contains(got, "SECRET") {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// TestErrorsSayNoSecret: what errors say is made of the platform's codes alone.
func TestErrorsSayNoSecret(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	var (
		de error = &bots.DecodeError{Fault: bots.FaultSignature, Reason: "signature_invalid"}
		se error = &bots.SendError{Code: bots.CodeLimited, Platform: "im.message.create http 429 code 99991400 logid x", Err: cause}
	)
	if de.Error() != "decode: signature_invalid" || !errors.Is(se, cause) || !strings.Contains(se.Error(), "99991400") {
		t.Errorf("%v, %v", de, se)
	}
}
