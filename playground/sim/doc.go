// Package sim is what simulated platforms have in common: a life of their own
// on a clock that may jump, faults that strike, and a journal of the calls.
package sim
