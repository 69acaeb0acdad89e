package feishu

import (
	"time"

	"genjin/bots/pace"
)

// The platform allows 5 messages a second to one person or chat and 5 updates a
// second of one card, and 50 a second and 1,000 a minute per API. The spans are
// a little longer: calls do not arrive as evenly as they leave.
func receiverPace() pace.Pace  { return pace.Pace{N: 5, Span: 1100 * time.Millisecond} }
func apiSecondPace() pace.Pace { return pace.Pace{N: 50, Span: 1100 * time.Millisecond} }
func apiMinutePace() pace.Pace { return pace.Pace{N: 1000, Span: 61 * time.Second} }

// visit is one call's wish, for a receiver if it has one.
func visit(api, key, to string) pace.Visit {
	return pace.Visit{API: api, Key: key, To: to, Paces: []pace.Pace{receiverPace()}}
}
