package wecomsim

import "net/http"

// instead are the faults that answer instead of the API: with an errcode, or
// with a status and a page.
var instead = []struct {
	kind   FaultKind
	status int
	err    apiError
}{
	{FaultHTTP500, http.StatusInternalServerError, apiError{-1, "Internal Server Error"}},
	{FaultHTML502, http.StatusBadGateway, apiError{0, "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"}},
	{FaultHTTP504, http.StatusGatewayTimeout, apiError{}},
	{FaultRateLimit, 0, errTooFast},
	{FaultConcurrency, 0, errTooMany},
	{FaultBusy, 0, errBusy},
	{FaultNoRight, 0, errNoRight},
	{FaultBadIP, 0, errBadIP},
	{FaultWrongJSON, 0, apiError{0, wrongJSON}},
}
