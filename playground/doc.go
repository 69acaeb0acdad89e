// Package playground is the first thing a newcomer sees: a page on which one
// person is rep, manager and group at once, talking to the hub. Everything goes
// through the simulated platform's real HTTP, encryption and signatures; the
// page itself knows nothing of the hub but what main hands to it.
package playground
