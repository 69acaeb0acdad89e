// Package norm brings what people write into one form: width and emoji, phone
// numbers, addresses, company names and counts.
package norm
