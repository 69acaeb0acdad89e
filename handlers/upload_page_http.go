package handlers

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"genjin/cards"
	"genjin/web"
)

// The words for a page's state, in JSON and in the template.
const (
	stateOpen    = string(web.FormOpen)
	stateDone    = string(web.FormDone)
	stateExpired = string(web.FormExpired)
	stateDenied  = string(web.FormDenied)
	stateTrouble = string(web.FormTrouble)
	stateUnknown = string(web.FormUnknown)
)

// answerUpload answers our script in JSON, and a browser with the page.
func (h *Hub) answerUpload(c *gin.Context, a uploadAnswer) {
	if a.reason != "" {
		c.Set(keyReason, a.reason)
	}
	if a.status == http.StatusServiceUnavailable {
		c.Header("Retry-After", "5")
	}
	web.Guard(c.Writer.Header())
	w := h.words()
	if wantsJSON(c) {
		c.JSON(a.status, gin.H{"state": a.state, "title": w.UploadState(a.state), "text": a.text, "reason": a.reason, "request_id": c.GetString(headerID)})
		return
	}
	words := w.UploadPage(cards.Upload{Deal: a.page.deal, To: a.page.stage, Person: a.page.token.Person, Moves: a.page.moves, Most: h.uploadLimit()})
	page := web.Upload{Assets: assets, Title: words.Title, State: web.FormState(a.state), Notice: a.text}
	if a.state == stateOpen {
		page.For, page.Needs, page.Then, page.Types, page.Limit = words.For, words.Needs, words.Then, words.Types, words.Limit
		page.Most, page.Error, page.Notice = h.uploadLimit(), a.text, ""
		page.Accept, page.Photo = acceptOf(a.page.stage, a.page.moves)
	}
	h.renderPage(c, a.status, "upload.html", page)
}

func (h *Hub) renderPage(c *gin.Context, status int, name string, data any) {
	var b bytes.Buffer
	if h.pages == nil {
		answerError(c, http.StatusInternalServerError, "no_pages")
		return
	}
	if err := h.pages.Render(&b, name, data); err != nil {
		h.fail(c, err)
		return
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}

// home says what this address is. It holds no data: anybody may come.
func (h *Hub) home(c *gin.Context) {
	w := h.words()
	web.Guard(c.Writer.Header())
	h.renderPage(c, http.StatusOK, "home.html", web.Home{Assets: assets, Title: w.Say("home.title"), Lines: []string{w.Say("home.what"), w.Say("home.where")}})
}

// lost answers an address that leads nowhere: a page for who reads, else the
// answer for programs.
func (h *Hub) lost(c *gin.Context) {
	if !strings.Contains(c.GetHeader("Accept"), "text/html") {
		answerError(c, http.StatusNotFound, "not_found")
		return
	}
	w := h.words()
	c.Set(keyReason, "not_found")
	web.Guard(c.Writer.Header())
	h.renderPage(c, http.StatusNotFound, "home.html", web.Home{Assets: assets, Title: w.Say("lost.title"), Lines: []string{w.Say("lost.what"), w.Say("home.where")}})
}
