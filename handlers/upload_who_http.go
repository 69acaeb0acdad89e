package handlers

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"genjin/bots"
)

// visitorCookie remembers that the person of a page was recognised, so that
// looking at it again asks the platform for nothing.
const visitorCookie = "genjin_visitor"

// checkVisitor makes sure, in the platform's own browser, that the one who opens
// a page is the one it was sent to. done means that the request is answered; a
// page that is denied is left for the caller to draw. It is asked once: where
// cookies are refused, the code that the browser brings is enough for one look.
func (h *Hub) checkVisitor(c *gin.Context, p *uploadPage) (done bool) {
	who, ok := h.bots[p.token.Bot].(bots.Identifier)
	if !ok || !strings.Contains(strings.ToLower(c.Request.UserAgent()), "wxwork") {
		return false
	}
	token := c.Param("token")
	pass := passOf(token)
	if seen, err := c.Cookie(visitorCookie); err == nil && subtle.ConstantTimeCompare([]byte(seen), []byte(pass)) == 1 {
		return false
	}
	code := c.Query("code")
	if code == "" || c.Query("state") != pass[:16] {
		to := who.SignIn(strings.TrimSuffix(h.PublicURL, "/")+uploadPath+token, pass[:16])
		if to == "" { // not set up
			return false
		}
		c.Header("Cache-Control", "no-store")
		c.Redirect(http.StatusFound, to)
		return true
	}
	user, err := who.Identify(c.Request.Context(), code)
	if err != nil {
		h.Logger.LogAttrs(c.Request.Context(), slog.LevelWarn, "visitor not recognised", slog.String("request_id", c.GetString(headerID)), slog.Any("error", err))
	}
	if err != nil || user == "" || !strings.EqualFold(user, p.token.Account) {
		p.state = uploadDenied
		return false
	}
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure wherever the public address is
		Name: visitorCookie, Value: pass, Path: uploadPath + token, MaxAge: int(draftLife.Seconds()), HttpOnly: true,
		Secure: strings.HasPrefix(h.PublicURL, "https://"), SameSite: http.SameSiteLaxMode,
	})
	return false
}

// passOf is what stands for a token where the token itself must not.
func passOf(token string) string {
	sum := sha256.Sum256([]byte("visitor of " + token))
	return hex.EncodeToString(sum[:])
}
