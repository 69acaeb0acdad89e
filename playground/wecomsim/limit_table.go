package wecomsim

import "time"

// The platform's limits. What is over those of members and of groups is taken
// and dropped without a word; a robot's callers are told.
var (
	memberMinute = rate{30, time.Minute}
	memberHour   = rate{1000, time.Hour}
	groupMinute  = rate{200, time.Minute}
	robotMinute  = rate{20, time.Minute}
)
