package wecomsim

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestGroupRobots(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.token = "" // the key is all there is
	const path = "/cgi-bin/webhook/send?key="
	words := map[string]any{"msgtype": "text", "text": map[string]any{"content": "战报", "mentioned_list": []string{"lilei", "@all"}}}
	p.want(p.post(path+"wrong", words), 93000)
	p.want(p.post(path, words), 93000)
	p.want(p.post(path+"key-east", words), 0)
	if all := p.texts("east"); len(all) != 1 || all[0] != "战报 @李雷 @所有人" {
		t.Errorf("the group sees %q", all)
	}
	say := func(kind string, content any) answered {
		return p.post(path+"key-east", map[string]any{"msgtype": kind, kind: content})
	}
	p.want(say("markdown", map[string]any{"content": strings.Repeat("a", 4096)}), 0)
	p.want(say("markdown_v2", map[string]any{"content": strings.Repeat("a", 4097)}), 45002)
	p.want(say("textcard", map[string]any{}), 40008)
	p.want(say("template_card", json.RawMessage(closed)), 0)
	p.want(say("template_card", json.RawMessage(approval("t1"))), 42031)
	sum := md5.Sum(pngHead)
	image := map[string]any{"base64": base64.StdEncoding.EncodeToString(pngHead), "md5": hex.EncodeToString(sum[:])}
	p.want(say("image", image), 0)
	image["md5"] = "00"
	p.want(say("image", image), 40058)
	media := p.upload("/cgi-bin/webhook/upload_media?key=key-east&type=file", "战报.xlsx", []byte("123456"))
	p.want(media, 0)
	p.want(say("file", map[string]any{"media_id": media["media_id"]}), 0)
	p.want(p.upload("/cgi-bin/webhook/upload_media?key=x&type=file", "战报.xlsx", []byte("123456")), 93000)
	p.want(p.upload("/cgi-bin/webhook/upload_media?key=key-east&type=image", "a.png", pngHead), 40005)
}

func TestRobotLimit(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	words := map[string]any{"msgtype": "text", "text": map[string]any{"content": "x"}}
	for range 20 {
		p.want(p.post("/cgi-bin/webhook/send?key=key-east", words), 0)
	}
	p.want(p.post("/cgi-bin/webhook/send?key=key-east", words), 45009)
	p.clock.advance(time.Minute)
	p.want(p.post("/cgi-bin/webhook/send?key=key-east", words), 0)
	if n := len(p.Messages("east")); n != 21 || len(p.Lost()) != 0 {
		t.Errorf("%d are shown, %d lost", n, len(p.Lost()))
	}
}

func TestAnswersAtResponseURLs(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	mint := func(room string) string {
		p.mu.Lock()
		defer p.mu.Unlock()
		u, ok := strings.CutPrefix(p.mintReplyLocked(room, p.clock.Now()), p.base)
		if !ok {
			t.Fatal("the address leads somewhere else")
		}
		return u
	}
	words := map[string]any{"msgtype": "markdown", "markdown": map[string]any{"content": "收到"}}
	u := mint("bot:LiLei")
	p.want(p.post(u, map[string]any{"msgtype": "text", "text": map[string]any{"content": "x"}}), 40008)
	p.want(p.post(u, words), 0)
	p.want(p.post(u, words), 60140) // once
	if all := p.texts("bot:lilei"); len(all) != 1 || all[0] != "收到" {
		t.Errorf("李雷 sees %q", all)
	}
	p.want(p.post(mint("east"), map[string]any{"msgtype": "template_card", "template_card": json.RawMessage(approval("t1"))}), 0)
	if all := p.Messages("east"); len(all) != 1 || len(all[0].Buttons) != 3 || all[0].TaskID != "t1" {
		t.Errorf("the group sees %+v", all)
	}
	late := mint("bot:LiLei")
	p.clock.advance(time.Hour + time.Second)
	p.want(p.post(late, words), 60140)
	p.want(p.post("/cgi-bin/aibot/response?response_code=x", words), 60140)
}
