package playground

import (
	"cmp"
	"context"
	"html/template"
	"slices"
)

// traceRow is an event of the trace as its piece draws it.
type traceRow struct {
	TraceEvent

	Time  string
	Mark  mark
	Phone string // the platform's name
	Parts []tracePart
}

// tracePart is a line inside an event.
type tracePart struct {
	TraceLine

	Mark  mark
	Phone string
}

// mark is a state as it is shown: colour, icon and word together.
type mark struct {
	Tone, Icon, Text string
	Quiet            bool // nothing to look at: the icon is enough, the word is for ears
}

func (p *page) traceHTML(ctx context.Context) template.HTML {
	var rows []traceRow
	trouble := ""
	if p.Trace != nil {
		events, err := p.Trace(ctx, 0)
		if err != nil {
			trouble = err.Error()
		}
		today := p.dayText(p.Clock.Now())
		for _, e := range slices.Backward(events) {
			at := e.At.In(p.Location)
			row := traceRow{TraceEvent: e, Time: at.Format("15:04:05"), Mark: markOf(e.State), Phone: p.phoneName(e.On)}
			if p.dayText(at) != today {
				row.Time = at.Format("1-2 15:04")
			}
			for _, l := range e.Lines {
				row.Parts = append(row.Parts, tracePart{l, markOf(l.State), p.phoneName(l.On)})
			}
			rows = append(rows, row)
		}
	}
	return p.html("trace", map[string]any{"Rows": rows, "Trouble": trouble})
}

// phoneName names a platform, where there is more than one.
func (p *page) phoneName(key string) string {
	d, ok := p.device(key)
	if !ok || len(p.phones) < 2 {
		return ""
	}
	return d.Name
}

func markOf(state string) mark {
	m := mark{Tone: stateTones[state], Text: cmp.Or(stateWords[state], state), Quiet: state == "done"}
	m.Icon = cmp.Or(stateIcons[state], stateIcons[m.Tone], "·")
	return m
}
