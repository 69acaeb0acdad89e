package wecom

import (
	"strings"
	"time"

	"genjin/bots"
	"genjin/bots/pace"
)

// The platform silently drops what exceeds 30 messages a minute or 1,000 an hour
// to one member and 200 a minute in groups, and refuses what exceeds 20 a minute
// of one robot (path/90236, 90248, 99110). The hub stays below, and its spans
// are a little longer: calls do not arrive as evenly as they leave.
const (
	perMemberMinute = 25
	perMemberHour   = 900
	perRobotMinute  = 20
	perGroupsMinute = 190
)

func memberPaces() []pace.Pace {
	return []pace.Pace{{N: perMemberMinute, Span: 61 * time.Second}, {N: perMemberHour, Span: time.Hour + time.Minute}}
}

func robotPaces() []pace.Pace { return []pace.Pace{{N: perRobotMinute, Span: 61 * time.Second}} }

// groupPaces are those of all groups of the app together, since a member may be
// in each of them.
func groupPaces() []pace.Pace { return []pace.Pace{{N: perGroupsMinute, Span: 61 * time.Second}} }

// allGroups names the groups of the app to the limits.
const allGroups = "groups"

// Quota implements [bots.Counted]: the platform counts what the app says to a
// member, also in place of an answer of the 智能机器人, and in all groups.
func (*Bot) Quota(m bots.Message) (whom string, most int, span time.Duration) {
	switch r := roadOf(m); r.kind {
	case roadApp:
		return memberOf(r.to), perMemberMinute, time.Minute
	case roadGroup:
		return allGroups, perGroupsMinute, time.Minute
	case roadRobot, roadReply, roadNowhere:
	}
	return "", 0, 0
}

// memberOf names a member to the limits, however the id is written.
func memberOf(user string) string { return "member " + strings.ToLower(user) }

// Forgets implements [bots.Forgetful]: only message/send looks for duplicates,
// and a file's second try has another media_id.
func (*Bot) Forgets(m bots.Message) bool {
	return m.File != nil || roadOf(m).kind != roadApp
}
