package handlers

import (
	"bytes"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"genjin/bots"
	"genjin/cards"
	"genjin/sales"
	"genjin/web"
)

// formMax is the largest intake form that is read.
const formMax = 64 << 10

// showForm shows the intake page. Looking at it uses nothing up: chat apps look
// at links before people do.
func (h *Hub) showForm(c *gin.Context) {
	p, err := h.formPage(c.Request.Context(), c.Param("token"))
	h.drawForm(c, p, err)
}

// takeForm takes a lead from the intake page.
func (h *Hub) takeForm(c *gin.Context) {
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || (kind != "multipart/form-data" && kind != "application/x-www-form-urlencoded") || (charset != "" && charset != "utf-8" && charset != "utf8") {
		answerError(c, http.StatusUnsupportedMediaType, "content_type")
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, formMax)
	if err := c.Request.ParseMultipartForm(formMax); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		status, reason := statusOf(err)
		if status == http.StatusInternalServerError {
			status, reason = http.StatusBadRequest, "form_unreadable"
		}
		answerError(c, status, reason)
		return
	}
	given := map[string]string{}
	for _, in := range h.words().LeadInputs(nil) {
		given[in.Name] = c.Request.PostFormValue(in.Name)
	}
	p, err := h.submitPage(c.Request.Context(), c.Param("token"), given, c.ClientIP())
	h.drawForm(c, p, err)
}

func (h *Hub) words() cards.Words {
	return cards.Words{Org: h.Org(), Rules: h.Rules(), Cal: h.Calendar(), Loc: h.Location, PublicURL: h.PublicURL}
}

// drawForm draws what came of a look or a submission.
func (h *Hub) drawForm(c *gin.Context, p page, err error) {
	w := h.words()
	form := web.Form{Assets: assets, Title: w.Say("form.title"), Intro: w.Say("form.intro")}
	status := http.StatusOK
	switch {
	case err != nil:
		h.Logger.LogAttrs(c.Request.Context(), slog.LevelError, "intake page", slog.String("request_id", c.GetString(headerID)), slog.Any("error", err))
		status, form.State, form.Notice = http.StatusServiceUnavailable, web.FormTrouble, w.Say("form.page_wait")
	case p.State == pageDone:
		form.State, form.Notice = web.FormDone, w.Say("form.page_done", p.Lead.Number, p.Lead.Score.Grade, p.Lead.Score.Total)
	case p.State == pageGone:
		status, form.State, form.Notice = http.StatusGone, web.FormExpired, w.Say("form.page_gone")
	case p.State == pageDenied:
		status, form.State, form.Notice = http.StatusForbidden, web.FormDenied, w.Say("form.page_denied")
	default:
		form.State, form.Fields = web.FormOpen, fieldsOf(w, p)
		if len(p.Problems) > 0 {
			status = http.StatusUnprocessableEntity
			for _, problem := range p.Problems {
				form.Errors = append(form.Errors, w.Problem(problem))
			}
		}
	}
	web.Guard(c.Writer.Header())
	h.render(c, status, form)
}

func (h *Hub) render(c *gin.Context, status int, form web.Form) {
	var b bytes.Buffer
	if h.pages == nil {
		answerError(c, http.StatusInternalServerError, "no_pages")
		return
	}
	if err := h.pages.Render(&b, "form.html", form); err != nil {
		h.fail(c, err)
		return
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}

// fieldsOf are the page's fields, with what was given and what is wrong.
func fieldsOf(w cards.Words, p page) []web.Field {
	inputs := w.LeadInputs(p.Given)
	fields := make([]web.Field, 0, len(inputs))
	for _, in := range inputs {
		f := web.Field{Name: in.Name, Label: in.Label, Kind: "text", Value: in.Default, Hint: in.Hint, Required: in.Required, MaxLen: in.MaxLen}
		if in.Kind == bots.InputLongText {
			f.Kind = "long"
		}
		switch in.Name {
		case "phone":
			f.Kind = "tel"
		case "email":
			f.Kind = "email"
		}
		field, _ := sales.Canonical(in.Name)
		for _, problem := range p.Problems {
			if problem.Field == field {
				f.Error = w.Problem(problem)
			}
		}
		fields = append(fields, f)
	}
	return fields
}
