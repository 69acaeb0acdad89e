package wecom

import (
	"net/http"
	"strconv"
	"time"

	"genjin/bots"
)

// cardLife is how long a card can be changed with the code that a click brings.
const cardLife = 72 * time.Hour

// inlet is the app's way in: XML, private chats only.
type inlet struct {
	crypt  *Crypt
	corpID string
	agent  string
	now    func() time.Time
}

// newInlet makes the way in of a company's app.
func newInlet(corpID string, agentID int, token, aesKey string, now func() time.Time) (*inlet, error) {
	c, err := NewCrypt(token, aesKey, corpID)
	if err != nil {
		return nil, err
	}
	return &inlet{crypt: c, corpID: corpID, agent: strconv.Itoa(agentID), now: now}, nil
}

// Name implements [bots.Inlet].
func (*inlet) Name() string { return Name }

// Decode implements [bots.Inlet]: signature over the ciphertext first, then
// decryption, then the receiver.
func (i *inlet) Decode(r *http.Request) (bots.Inbound, error) {
	return i.crypt.receive(r, sealedXML, i.event)
}

// Answer implements [bots.Inlet]: nothing. What the platform could be answered
// with is shown to the one person who clicked, and only within 5 s.
func (*inlet) Answer(bots.Event, bots.Answer) bots.Response { return silence() }

func silence() bots.Response { return bots.Response{Status: http.StatusOK, Type: textType} }
