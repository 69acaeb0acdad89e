package wecom

import (
	"context"
	"errors"
	"strings"

	"genjin/bots"
)

// replyBytesMax is the most that is said in one answer; what is longer goes in
// parts, by the app.
const replyBytesMax = 4096

// reply answers where the 智能机器人 was asked (path/101138): once, within an
// hour. When that is over the app says it to who asked.
func (b *Bot) reply(ctx context.Context, m bots.Message, r road) (bots.CardRef, error) {
	body, err := encode(saying{Kind: "markdown", Words: &saidText{markdownOf(m)}})
	if err != nil {
		return "", err
	}
	err = b.call(ctx, request{api: "aibot/response", path: r.address, body: body, open: true, key: m.Key, acts: true})
	switch se, is := errors.AsType[*bots.SendError](err); {
	case err == nil:
		return messageRef(m.Key, ""), nil
	case is && (se.Code == bots.CodeLimited || se.Code == bots.CodeUnavailable || se.Code == bots.CodeUnknown):
		return "", err
	}
	return b.toMember(ctx, m, r.to) // used, expired or refused
}

// markdownOf says a message for a place that reads markup.
func markdownOf(m bots.Message) string { return escapeMarkdown(spoken(m)) }

// escapeMarkdown keeps words from being markup, by letters that look the same:
// the platform's markdown knows no escape. Line ends stay line ends.
func escapeMarkdown(s string) string {
	lines := strings.Split(s, "\n")
	swap := strings.NewReplacer("<", "＜", "`", "｀", "](", "］(", "**", "＊＊", "__", "＿＿", "~~", "～～")
	for i, line := range lines {
		line = swap.Replace(line)
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if rest := line[len(indent):]; rest != "" {
			if wide, is := strings.CutPrefix(rest, "#"); is {
				line = indent + "＃" + wide
			} else if wide, is := strings.CutPrefix(rest, ">"); is {
				line = indent + "＞" + wide
			}
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}
