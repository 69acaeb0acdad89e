package wecom

import "sync"

// recent remembers a bounded number of things; the oldest are forgotten first.
type recent[K comparable, V any] struct {
	most int

	mu    sync.Mutex
	known map[K]V
	old   []K // in order of arrival
}

func newRecent[K comparable, V any](most int) *recent[K, V] {
	return &recent[K, V]{most: most, known: map[K]V{}}
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.known[key]
	return v, ok
}

func (r *recent[K, V]) put(key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.known[key]; !known {
		r.old = append(r.old, key)
	}
	r.known[key] = value
	if len(r.old) > r.most {
		delete(r.known, r.old[0])
		r.old = r.old[1:]
	}
}

// drop has the key be forgotten. Its place in the order stays until it comes up.
func (r *recent[K, V]) drop(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, key)
}
