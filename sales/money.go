package sales

// Money is an amount in minor units. There are no floats in this package.
type Money struct {
	Fen int64  `json:"fen"`
	Cur string `json:"cur"` // ISO 4217; empty = CNY
}
