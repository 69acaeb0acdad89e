package handlers

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"

	"github.com/gin-gonic/gin"
)

const headerID = "X-Request-Id"

var idShape = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// identify gives each request an id, which the answer and the log carry, and
// writes one line about it. Bodies, tokens and queries stay out of the log: the
// path is the route's.
func (h *Hub) identify(c *gin.Context) {
	id := c.GetHeader(headerID)
	if !idShape.MatchString(id) {
		id = rand.Text()[:12]
	}
	c.Set(headerID, id)
	c.Header(headerID, id)
	c.Header("X-Content-Type-Options", "nosniff")
	start := h.Now()
	c.Next()
	level := slog.LevelInfo
	switch {
	case c.Writer.Status() >= http.StatusInternalServerError:
		level = slog.LevelWarn
	case c.FullPath() == "/healthz" || c.FullPath() == "/readyz" || c.FullPath() == "/metrics":
		level = slog.LevelDebug
	}
	h.Logger.LogAttrs(
		c.Request.Context(), level, "request",
		slog.String("request_id", id), slog.String("method", c.Request.Method), slog.String("route", c.FullPath()),
		slog.Int("status", c.Writer.Status()), slog.Duration("took", h.Now().Sub(start)), slog.String("reason", c.GetString(keyReason)),
	)
}

// recovered turns a panic into an answer; the platform comes again.
func (h *Hub) recovered(c *gin.Context) {
	defer func() {
		if v := recover(); v != nil {
			h.Logger.LogAttrs(c.Request.Context(), slog.LevelError, "panic", slog.String("request_id", c.GetString(headerID)), slog.String("what", fmt.Sprint(v)))
			answerError(c, http.StatusInternalServerError, "unexpected")
		}
	}()
	c.Next()
}

func (h *Hub) logTrouble(what string, err error) {
	h.Logger.LogAttrs(context.Background(), slog.LevelError, "http setup", slog.String("what", what), slog.Any("error", err))
}
