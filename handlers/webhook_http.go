package handlers

import (
	"io"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"genjin/bots"
)

const (
	// bodyMax is the largest push that is read.
	bodyMax = 1 << 20
	// drainMax is how much of a larger one is let go by.
	drainMax = 4 << 20
)

// drain lets the rest of a refused push go by, within the time that a request
// has: most senders read no answer before they wrote it all, and would see a
// broken pipe. One that asks first is told at once.
func drain(r *http.Request, body io.Reader) {
	if r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, body, drainMax) // it is refused already
	}
}

// webhook takes a platform's push: the way in is picked by path, it decodes and
// checks, each event is handled, and only then, after the commit, it is answered.
// Which methods it takes is for the way in to say.
func (h *Hub) webhook(c *gin.Context) {
	inlet, ok := h.inlets[c.Param("bot")]
	if !ok {
		answerError(c, http.StatusNotFound, "no_such_platform")
		return
	}
	whole := c.Request.Body
	c.Request.Body = http.MaxBytesReader(c.Writer, whole, bodyMax)
	in, err := inlet.Decode(c.Request)
	if err != nil {
		drain(c.Request, whole)
		h.fail(c, err)
		return
	}
	if in.Response != nil {
		respond(c, *in.Response)
		return
	}
	var (
		last   bots.Event
		answer bots.Answer
	)
	for _, e := range in.Events {
		if last, answer, err = h.take(c, e); err != nil {
			h.fail(c, err)
			return
		}
	}
	respond(c, inlet.Answer(last, answer))
}

func (h *Hub) take(c *gin.Context, e bots.Event) (bots.Event, bots.Answer, error) {
	a, err := h.Handle(c.Request.Context(), e, c.ClientIP())
	return e, a, err
}

// fail answers an error. What is wrong on our side is logged, once.
func (h *Hub) fail(c *gin.Context, err error) {
	status, reason := statusOf(err)
	if status >= http.StatusInternalServerError {
		h.Logger.LogAttrs(c.Request.Context(), slog.LevelError, "request not done", slog.String("request_id", c.GetString(headerID)), slog.Any("error", err))
	}
	answerError(c, status, reason)
}

func respond(c *gin.Context, r bots.Response) {
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	c.Data(status, r.Type, r.Body)
}
