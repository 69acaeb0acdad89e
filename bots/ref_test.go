package bots_test

import (
	"testing"

	"genjin/bots"
)

func TestCardRef(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ now, before, after, want bots.CardRef }{
		{"", "", "m a", "m a"},
		{"m a", "", "m b", "m a b"},      // a click brings a code
		{"m a b", "m a", "m", "m b"},     // an update used one, while a click brought another
		{"m a b", "m a b", "m b", "m b"}, // the same code is not won again
		{"m", "m a", "m", "m"},           // used up by two at once
		{"m a", "m a", "m a", "m a"},     // nothing happened
		{"om_1", "om_1", "om_1", "om_1"}, // platforms without codes
		{"m a b", "m a b", "m c", "m c"}, // both used, one won
		{"m a", "m", "m a", "m a"},       // learnt twice
		{"m d", "m a", "", "m d"},        // nothing was learnt
	} {
		if got := c.now.Merge(c.before, c.after); got != c.want {
			t.Errorf("%q merged with %q → %q: %q, want %q", c.now, c.before, c.after, got, c.want)
		}
	}
	if !bots.CardRef("m a").Same("m b") || bots.CardRef("m a").Same("n a") || bots.CardRef("").Same("m") {
		t.Error("a message is the same by its first word, whatever follows")
	}
}
