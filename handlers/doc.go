// Package handlers is what people start: it turns their words, files and clicks
// into use cases, decides with the rules of sales inside one transaction of the
// store, and answers. Files that end in _http.go are its edge to HTTP; the rest
// knows none.
package handlers
