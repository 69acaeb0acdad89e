package web

// Home is what home.html shows: what this address is. It holds no data.
type Home struct {
	Assets string // where static files lie: "/static"
	Title  string
	Lines  []string
}
