package wecom

import (
	"net/url"
	"strings"

	"genjin/bots"
)

// roadKind is one of the platform's ways to say something.
type roadKind int

const (
	roadNowhere roadKind = iota + 1
	roadApp              // the app, to a member
	roadGroup            // the app, in a group that it made
	roadRobot            // a group robot
	roadReply            // the 智能机器人, once, where it was asked
)

// The words that a message's Chat begins with; anything else is an appchat's id.
const (
	robotPrefix = "robot:"
	replyPrefix = "reply:"       // in the private chat with the 智能机器人
	amongPrefix = "reply-group:" // in a group, where everybody reads the answer
)

// road is where a message goes: to a member, an appchat, a team's robot, or an
// address for one answer (then to is the member who asked).
type road struct {
	kind    roadKind
	to      string
	address string
}

// roadOf chooses the road. A card to press goes to the member by the app even
// where an answer was asked for in private: only the app can change it
// afterwards. In a group it is said in words, for everybody.
func roadOf(m bots.Message) road {
	switch {
	case strings.HasPrefix(m.Chat, robotPrefix):
		return road{kind: roadRobot, to: strings.TrimPrefix(m.Chat, robotPrefix)}
	case strings.HasPrefix(m.Chat, replyPrefix):
		return replyRoad(m, strings.TrimPrefix(m.Chat, replyPrefix))
	case strings.HasPrefix(m.Chat, amongPrefix):
		return replyRoad(m, strings.TrimPrefix(m.Chat, amongPrefix))
	case m.Chat != "":
		return road{kind: roadGroup, to: m.Chat}
	case m.User != "":
		return road{kind: roadApp, to: m.User}
	}
	return road{kind: roadNowhere}
}

// replyRoad reads <userid>:<address>.
func replyRoad(m bots.Message, where string) road {
	user, address, ok := strings.Cut(where, ":")
	if !ok || user == "" {
		return road{kind: roadNowhere}
	}
	u, err := url.Parse(address)
	usable := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
	pressed := m.Card != nil && asks(*m.Card) && strings.HasPrefix(m.Chat, replyPrefix)
	if !usable || m.File != nil || pressed || len(markdownOf(m)) > replyBytesMax {
		return road{kind: roadApp, to: user}
	}
	return road{kind: roadReply, to: user, address: address}
}
