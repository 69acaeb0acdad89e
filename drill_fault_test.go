package main

import (
	"time"

	"genjin/playground/feishusim"
	"genjin/playground/wecomsim"
)

// trouble is something that the platform suffers from for a while.
type trouble struct{ on, off func() }

// troubles has the platform be down, slow, limiting, push twice, and lose answers
// to messages it has accepted.
func (d *drill) troubles() []trouble {
	if d.wecom != nil {
		return d.wecomTroubles()
	}
	var all []trouble
	for _, f := range []feishusim.Fault{
		{Kind: feishusim.FaultDown},
		{Kind: feishusim.FaultRateLimit, Share: 90, Delay: time.Second},
		{Kind: feishusim.FaultRateLimitOld, Share: 50},
		{Kind: feishusim.FaultSlow, Delay: 300 * time.Millisecond},
		{Kind: feishusim.FaultHTML502},
		{Kind: feishusim.FaultResetAfterAccept, Share: 50},
		{Kind: feishusim.FaultHTTP504, Share: 50},
		{Kind: feishusim.FaultDuplicatePush},
	} {
		all = append(all, trouble{on: func() { d.sim.SetFault(f) }, off: d.sim.ClearFaults})
	}
	return all
}

func (d *drill) wecomTroubles() []trouble {
	faults := []wecomsim.Fault{
		{Kind: wecomsim.FaultDown},
		{Kind: wecomsim.FaultBusy, Share: 90},
		{Kind: wecomsim.FaultConcurrency, Share: 50},
		{Kind: wecomsim.FaultSlow, Delay: 300 * time.Millisecond},
		{Kind: wecomsim.FaultHTML502},
		{Kind: wecomsim.FaultResetAfterAccept, Share: 50},
		{Kind: wecomsim.FaultHTTP504, Share: 50},
		{Kind: wecomsim.FaultDuplicatePush},
	}
	all := make([]trouble, 0, len(faults)+2)
	for _, garbage := range []bool{false, true} {
		all = append(all, trouble{on: func() { d.wecom.ExpireTokens(garbage) }, off: func() {}})
	}
	for _, f := range faults {
		all = append(all, trouble{on: func() { d.wecom.SetFault(f) }, off: d.wecom.ClearFaults})
	}
	return all
}
