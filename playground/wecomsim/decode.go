package wecomsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// decode reads JSON as the platform does: what is no JSON is an error, and what
// has the wrong type is reported beside "ok", while nothing is done.
func decode(raw []byte, into any) (rep reply, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	err := dec.Decode(into)
	if _, wrong := errors.AsType[*json.UnmarshalTypeError](err); wrong {
		return reply{warn: true}, false
	}
	if err != nil {
		return fail(errParams.with(err.Error())), false
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fail(errParams.with("more than one JSON value")), false
	}
	return reply{}, true
}

// given tells whether an optional object is there.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
