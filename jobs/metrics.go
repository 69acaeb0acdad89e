package jobs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Collector gives the ledger's numbers to Prometheus. Labels hold no names.
type Collector struct {
	e       *Engine
	jobs    *prometheus.Desc
	oldest  *prometheus.Desc
	message *prometheus.Desc
	leaves  *prometheus.Desc
	unheard *prometheus.Desc
	bell    *prometheus.Desc
}

// Collector makes the engine's collector.
func (e *Engine) Collector() *Collector {
	return &Collector{
		e:       e,
		jobs:    prometheus.NewDesc("genjin_jobs", "Ledger rows that are open or dead.", []string{"state"}, nil),
		oldest:  prometheus.NewDesc("genjin_job_oldest_due_seconds", "How long the oldest due ledger row has waited.", nil, nil),
		message: prometheus.NewDesc("genjin_messages", "Outgoing messages by state.", []string{"state"}, nil),
		leaves:  prometheus.NewDesc("genjin_audit_unsequenced", "Audit rows that have no place in the log yet.", nil, nil),
		unheard: prometheus.NewDesc("genjin_approvals_undelivered", "Pending approvals of which somebody who must act was not told by any road.", nil, nil),
		bell:    prometheus.NewDesc("genjin_queue_degraded", "1 while Redis is away and the ledger is worked off without it.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.jobs, c.oldest, c.message, c.leaves, c.unheard, c.bell} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	degraded := 0.0
	if c.e.degraded.Load() {
		degraded = 1
	}
	gauge(c.bell, degraded)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	n, err := c.e.Store.Counts(ctx)
	if err != nil {
		return // a database that is away is told by /readyz
	}
	gauge(c.jobs, float64(n.OpenJobs), "open")
	gauge(c.jobs, float64(n.DeadJobs), "dead")
	gauge(c.oldest, n.OldestDue.Seconds())
	gauge(c.leaves, float64(n.Unsequenced))
	gauge(c.unheard, float64(n.Undelivered))
	for state, count := range n.Messages {
		gauge(c.message, float64(count), state)
	}
}
