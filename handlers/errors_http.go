package handlers

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"genjin/bots"
	"genjin/store"
)

// keyReason is where a request keeps the stable word for its log line.
const keyReason = "reason"

// statusOf maps an error to what HTTP says about it, and to a stable word.
func statusOf(err error) (status int, reason string) {
	var (
		decode   *bots.DecodeError
		tooLarge *http.MaxBytesError
	)
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, "too_large"
	case errors.As(err, &decode):
		return statusOfFault(decode.Fault), decode.Reason
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrConflict), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, "unavailable"
	}
	return http.StatusInternalServerError, "unexpected"
}

func statusOfFault(f bots.Fault) int {
	switch f {
	case bots.FaultSignature:
		return http.StatusUnauthorized
	case bots.FaultMethod:
		return http.StatusMethodNotAllowed
	case bots.FaultTooLarge:
		return http.StatusRequestEntityTooLarge
	case bots.FaultMedia:
		return http.StatusUnsupportedMediaType
	case bots.FaultMalformed:
	}
	return http.StatusBadRequest
}

// answerError answers a program.
func answerError(c *gin.Context, status int, reason string) {
	c.Set(keyReason, reason)
	if status == http.StatusServiceUnavailable {
		c.Header("Retry-After", "1")
	}
	c.AbortWithStatusJSON(status, gin.H{"error": reason, "request_id": c.GetString(headerID)})
}
