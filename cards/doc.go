// Package cards words what the hub says to people: cards, texts and toasts, in
// one catalogue, so that an answer given at once and a notice sent later use
// the same words. It decides nothing and reads nothing: it gets facts and gives
// back messages.
package cards
