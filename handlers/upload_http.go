package handlers

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"genjin/sales"
	"genjin/store/evidence"
)

const (
	// uploadSlack is what a form may hold beside its file.
	uploadSlack = 64 << 10
	// uploadFor is how long one upload may take: a phone on a train sends slowly.
	uploadFor = 5 * time.Minute
	// uploadsAtOnce is how many uploads are taken at the same time.
	uploadsAtOnce = 16
)

// errNoFile means that a form held no file.
var errNoFile = errors.New("the form holds no file")

// errUploads means that as many uploads as we take are under way.
var errUploads = errors.New("too many uploads at once")

// sendingError is why the bytes stopped coming: the other side's doing.
type sendingError struct{ err error }

// Error implements error.
func (e *sendingError) Error() string { return "upload broke off: " + e.err.Error() }

// Unwrap gives the cause.
func (e *sendingError) Unwrap() error { return e.err }

// showUpload shows the upload page. Looking at it uses nothing up.
func (h *Hub) showUpload(c *gin.Context) {
	p, err := h.lookUpload(c.Request.Context(), c.Param("token"))
	if err == nil && p.state == uploadOpen {
		if done := h.checkVisitor(c, &p); done {
			return
		}
	}
	h.drawUpload(c, p, err)
}

// takeUpload takes a file from the upload page.
func (h *Hub) takeUpload(c *gin.Context) {
	ctx, token := c.Request.Context(), c.Param("token")
	p, err := h.lookUpload(ctx, token)
	if err != nil || p.state != uploadOpen || p.problem != "" {
		h.drawUpload(c, p, err)
		return
	}
	select {
	case h.uploads <- struct{}{}:
		defer func() { <-h.uploads }()
	default:
		h.drawUpload(c, p, errUploads)
		return
	}
	got, err := h.receive(c)
	if err == nil {
		var after uploadPage
		if after, err = h.finishUpload(ctx, token, got, c.ClientIP()); err == nil {
			p = after
		}
	}
	h.drawUpload(c, p, err)
}

// uploadLimit is the largest file that the page takes.
func (h *Hub) uploadLimit() int64 { return min(h.Rules().Evidence.MaxBytes, uploadMax) }

// receive copies the form's file to disk as it comes; it never lies in memory
// as a whole. The form is read to its end: what broke off is no upload.
func (h *Hub) receive(c *gin.Context) (evidence.Stored, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return evidence.Stored{}, http.ErrNotMultipart
	}
	most := h.uploadLimit()
	if c.Request.ContentLength > most+uploadSlack {
		return evidence.Stored{}, &http.MaxBytesError{Limit: most}
	}
	h.patience(c)
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most+uploadSlack)
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return evidence.Stored{}, http.ErrNotMultipart
	}
	return h.firstFile(c.Request.Context(), parts, most)
}

// patience gives a slow phone longer than other requests get.
func (h *Hub) patience(c *gin.Context) {
	limits, until := http.NewResponseController(c.Writer), time.Now().Add(uploadFor) //nolint:forbidigo // a connection's deadline is the machine's own time
	for _, set := range []func(time.Time) error{limits.SetReadDeadline, limits.SetWriteDeadline} {
		if err := set(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
			h.Logger.LogAttrs(c.Request.Context(), slog.LevelWarn, "upload deadline", slog.Any("error", err))
		}
	}
}

// firstFile takes in the first file of a form.
func (h *Hub) firstFile(ctx context.Context, parts *multipart.Reader, most int64) (got evidence.Stored, err error) {
	found := false
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF) && found:
			return got, nil
		case errors.Is(err, io.EOF):
			return got, errNoFile
		case err != nil:
			return got, &sendingError{err}
		case found || part.FileName() == "":
			continue // NextPart reads over it
		}
		found = true
		r := &sending{r: part}
		got, err = h.Evidence.Put(ctx, r, part.FileName(), most)
		if r.err != nil {
			return got, &sendingError{r.err}
		}
		if err != nil {
			return got, err
		}
	}
}

// sending remembers that it was the sender who failed, not our disk.
type sending struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (s *sending) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// uploadAnswer is what came of a look or of an upload, for HTTP.
type uploadAnswer struct {
	status int
	state  string
	reason string // a stable word, where something is wrong
	text   string
	page   uploadPage
}

// drawUpload answers a look or an upload.
func (h *Hub) drawUpload(c *gin.Context, p uploadPage, err error) {
	a := h.outcomeOf(p, err)
	a.page = p
	if a.status >= http.StatusInternalServerError {
		h.Logger.LogAttrs(c.Request.Context(), slog.LevelError, "upload page", slog.String("request_id", c.GetString(headerID)), slog.Any("error", err))
	}
	h.answerUpload(c, a)
}

// outcomeOf says what HTTP says about an upload.
func (h *Hub) outcomeOf(p uploadPage, err error) uploadAnswer {
	w := h.words()
	if err != nil {
		return h.failureOf(err)
	}
	switch p.state {
	case uploadDone:
		said := p.said
		if !p.serves(p.file.Type) {
			said += "\n" + w.UploadUnfitNext(p.deal, p.stage, p.file.Type)
		}
		return uploadAnswer{status: http.StatusOK, state: stateDone, text: w.UploadDone(p.file, said)}
	case uploadGone:
		return uploadAnswer{status: http.StatusGone, state: stateExpired, reason: "used_or_expired", text: w.Say("upload.gone")}
	case uploadDenied:
		return uploadAnswer{status: http.StatusForbidden, state: stateDenied, reason: "denied", text: w.Say("upload.denied")}
	case uploadUnknown:
		return uploadAnswer{status: http.StatusNotFound, state: stateUnknown, reason: "unknown", text: w.Say("upload.unknown")}
	case uploadOpen:
	}
	switch p.problem {
	case problemQuota:
		return uploadAnswer{status: http.StatusTooManyRequests, state: stateOpen, reason: problemQuota, text: w.FileQuota()}
	case problemUnfit:
		return uploadAnswer{status: http.StatusUnprocessableEntity, state: stateOpen, reason: problemUnfit, text: w.UploadUnfit(p.stage, p.file.Type)}
	}
	return uploadAnswer{status: http.StatusOK, state: stateOpen}
}

// failureOf says what is wrong with an upload that changed nothing.
func (h *Hub) failureOf(err error) uploadAnswer {
	var (
		refused *evidence.FileError
		large   *http.MaxBytesError
		sent    *sendingError
	)
	w, a := h.words(), uploadAnswer{status: http.StatusServiceUnavailable, state: stateTrouble, reason: "busy"}
	a.text = w.Say("upload.busy")
	switch {
	case errors.As(err, &large), errors.As(err, &refused) && refused.Reason == "file_too_large":
		a = uploadAnswer{status: http.StatusRequestEntityTooLarge, state: stateOpen, reason: "file_too_large", text: w.UploadRefused("file_too_large", h.uploadLimit())}
	case refused != nil:
		a = uploadAnswer{status: http.StatusUnprocessableEntity, state: stateOpen, reason: refused.Reason, text: w.UploadRefused(refused.Reason, h.uploadLimit())}
	case errors.Is(err, errNoFile):
		a = uploadAnswer{status: http.StatusUnprocessableEntity, state: stateOpen, reason: "no_file", text: w.Say("upload.no_file")}
	case errors.Is(err, http.ErrNotMultipart):
		a = uploadAnswer{status: http.StatusUnsupportedMediaType, state: stateOpen, reason: "content_type", text: w.Say("upload.multipart")}
	case errors.As(err, &sent):
		a = uploadAnswer{status: http.StatusBadRequest, state: stateOpen, reason: "broke_off", text: w.Say("upload.broken")}
	}
	return a
}

// wantsJSON tells whether our script asks, not a person's browser.
func wantsJSON(c *gin.Context) bool {
	return strings.Contains(c.GetHeader("Accept"), "application/json")
}

// acceptOf lists what a browser may offer to choose from.
func acceptOf(s sales.Stage, moves bool) (accept string, photo bool) {
	var all []string
	for _, k := range uploadKinds {
		fits := !moves || len(s.Needs) == 0
		for _, n := range s.Needs {
			fits = fits || n.Fits(k.kind)
		}
		if fits {
			all = append(all, k.accept)
			photo = photo || k.kind == "jpg"
		}
	}
	return strings.Join(all, ","), photo
}
