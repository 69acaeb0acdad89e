// Package money is amounts: int64 fen with a currency, read as people write them,
// added, shared out and shown without a float. Pure, as all of sales.
package money
