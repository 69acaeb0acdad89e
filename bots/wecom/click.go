package wecom

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"genjin/bots"
)

// pressed reads a button's key, which holds its action and its value:
// "act?approval=1287&nonce=…".
func pressed(key string, form map[string]string) *bots.Click {
	action, query, _ := strings.Cut(key, "?")
	c := &bots.Click{Action: action, Value: map[string]string{}, Form: form}
	values, err := url.ParseQuery(query)
	if err != nil { // not a key of ours; what could be read is as good as nothing
		return c
	}
	for name := range values {
		c.Value[name] = values.Get(name)
	}
	return c
}

// cardRef names a card by its task id, with the code of one click, which is good
// for one change until the given time.
func cardRef(task, code string, until time.Time) bots.CardRef {
	switch {
	case task == "" || strings.ContainsAny(task, " \t\r\n"):
		return ""
	case code == "" || strings.ContainsAny(code, " \t\r\n"):
		return bots.CardRef(task)
	}
	return bots.CardRef(task + " " + code + "@" + strconv.FormatInt(until.Unix(), 10))
}

// digest is the hash of words that cannot run into each other.
func digest(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		h.Write([]byte(strconv.Itoa(len(w)) + ":" + w))
	}
	return hex.EncodeToString(h.Sum(nil))
}
