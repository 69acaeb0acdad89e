package feishusim

import "net/http"

// statusFaults are the faults that answer instead of the API.
var statusFaults = map[FaultKind]apiError{
	FaultHTTP500:       {http.StatusInternalServerError, 2200, "Internal Server Error"},
	FaultHTML502:       {http.StatusBadGateway, 0, "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"},
	FaultHTTP504:       {http.StatusGatewayTimeout, 0, ""},
	FaultRateLimit:     errTooFast,
	FaultRateLimitBare: errTooFast,
	FaultRateLimitOld:  errTooFastOld,
}
