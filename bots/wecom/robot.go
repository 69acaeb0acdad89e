package wecom

import (
	"net/http"
	"time"

	"genjin/bots"
)

// RobotName is the word of the 智能机器人's way in, as it stands in paths.
const RobotName = "wecom-bot"

// Robot is the way in of the 智能机器人: JSON, private chats with files, and
// groups where people mention it. What it hears is answered by the [Bot].
type Robot struct {
	crypt *Crypt
	now   func() time.Time
}

var _ bots.Inlet = (*Robot)(nil)

// NewRobot makes the way in of a 智能机器人 of the company's own; its pushes name
// no receiver.
func NewRobot(token, aesKey string, now func() time.Time) (*Robot, error) {
	c, err := NewCrypt(token, aesKey, "")
	if err != nil {
		return nil, err
	}
	return &Robot{crypt: c, now: now}, nil
}

// Name implements [bots.Inlet].
func (*Robot) Name() string { return RobotName }

// Decode implements [bots.Inlet].
func (r *Robot) Decode(req *http.Request) (bots.Inbound, error) {
	return r.crypt.receive(req, sealedJSON, r.event)
}

// Answer implements [bots.Inlet]: nothing, as for the app.
func (*Robot) Answer(bots.Event, bots.Answer) bots.Response { return silence() }
