package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"genjin/web"
)

// Routes is the URL map of the hub.
func (h *Hub) Routes() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	proxies := make([]string, 0, len(h.TrustedProxies))
	for _, p := range h.TrustedProxies {
		proxies = append(proxies, p.String())
	}
	if err := r.SetTrustedProxies(proxies); err != nil { // prefixes are valid by their type
		h.logTrouble("trusted proxies", err)
	}
	r.Use(h.identify, h.recovered)
	r.NoRoute(h.lost)
	r.NoMethod(func(c *gin.Context) { answerError(c, http.StatusMethodNotAllowed, "method") })

	r.Any("/webhooks/:bot", h.webhook)
	r.GET("/form/:token", h.showForm)
	r.POST("/form/:token", h.takeForm)
	r.GET(uploadPath+":token", h.showUpload)
	r.POST(uploadPath+":token", h.takeUpload)
	r.GET("/", h.home)
	r.GET("/healthz", h.healthz)
	r.GET("/readyz", h.readyz)
	r.HEAD("/healthz", h.healthz) // net/http leaves the body out
	r.HEAD("/readyz", h.readyz)
	r.HEAD("/form/:token", h.showForm)
	if h.Metrics != nil {
		r.GET("/metrics", gin.WrapH(h.Metrics))
	}
	r.GET(assets+"/*file", gin.WrapH(web.Static(assets)))
	return r
}

// assets is where static files lie.
const assets = "/static"
