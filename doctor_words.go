package main

import (
	"fmt"
	"strconv"
	"strings"
)

// mib is a size as people read it.
func mib(n uint64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return strconv.FormatUint(n>>20, 10) + " MiB"
}

// hashes are the numbers of approvals as people write them.
func hashes(numbers []int64) string {
	const most = 8
	words := make([]string, 0, most)
	for _, n := range numbers[:min(most, len(numbers))] {
		words = append(words, "#"+strconv.FormatInt(n, 10))
	}
	text := strings.Join(words, "、")
	if len(numbers) > most {
		text += "等 " + strconv.Itoa(len(numbers)) + " 个"
	}
	return text
}

// cut is the first line of an error, not too long for one of ours.
func cut(text string) string {
	const most = 240
	text, _, _ = strings.Cut(text, "\n")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
