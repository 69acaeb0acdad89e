package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// healthz says that the process is alive.
func (h *Hub) healthz(c *gin.Context) {
	c.JSON(http.StatusOK, gin.H{"status": "ok"})
}

// readyz says whether the hub can do its work. Without Redis it can; without a
// database that commits it cannot.
func (h *Hub) readyz(c *gin.Context) {
	var r Readiness
	if h.Ready != nil {
		r = h.Ready(c.Request.Context())
	}
	status, code, database := "ok", http.StatusOK, "ok"
	if (r.Queue != "" && r.Queue != "ok") || len(r.Channels) > 0 || len(r.Config) > 0 {
		status = "degraded"
	}
	if r.Database != "" {
		status, code, database = "unavailable", http.StatusServiceUnavailable, r.Database
	}
	c.JSON(code, gin.H{"status": status, "database": database, "queue": r.Queue, "channels": okOr(r.Channels), "config": okOr(r.Config)})
}

// okOr is what is wrong, or "ok".
func okOr(wrong []string) any {
	if len(wrong) == 0 {
		return "ok"
	}
	return wrong
}
