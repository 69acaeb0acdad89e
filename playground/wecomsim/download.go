package wecomsim

import (
	"mime"
	"net/http"
)

// writeFile answers with a file.
func (s *Server) writeFile(w http.ResponseWriter, c *call, b *blob) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": b.name}))
	s.send(w, c, http.StatusOK, b.data)
}
