package norm

import "unicode"

// invisibles are characters that show nothing and are neither control nor
// format characters: fillers, joiners, variation selectors.
var invisibles = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034F, Hi: 0x034F, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, // khmer inherent vowels
		{Lo: 0x180B, Hi: 0x180F, Stride: 1}, // mongolian selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // blank braille
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // hangul filler
		{Lo: 0xFE00, Hi: 0xFE0F, Stride: 1}, // variation selectors
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // half-width hangul filler
	},
	R32: []unicode.Range32{{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}}, // tags, more selectors
}

// pictographs are emoji and their parts.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x203C, Hi: 0x203C, Stride: 1}, // ‼
		{Lo: 0x2049, Hi: 0x2049, Stride: 1}, // ⁉
		{Lo: 0x20E3, Hi: 0x20E3, Stride: 1}, // keycap
		{Lo: 0x2300, Hi: 0x23FF, Stride: 1}, // ⌚ ⏰
		{Lo: 0x25AA, Hi: 0x25FE, Stride: 1}, // ▶ ◼
		{Lo: 0x2600, Hi: 0x27BF, Stride: 1}, // ☀ … ✔ ❤
		{Lo: 0x2934, Hi: 0x2935, Stride: 1}, // ⤴
		{Lo: 0x2B00, Hi: 0x2BFF, Stride: 1}, // ⭐
		{Lo: 0x3030, Hi: 0x3030, Stride: 1}, // 〰
		{Lo: 0x3297, Hi: 0x3299, Stride: 2}, // ㊗ ㊙
	},
	R32: []unicode.Range32{{Lo: 0x1F000, Hi: 0x1FAFF, Stride: 1}},
}

// stickerNames are names of stickers that are not plain Han, in lower case: as
// the apps write them into a text.
var stickerNames = map[string]struct{}{
	"ok": {}, "no": {}, "yes": {}, "yeah": {}, "emm": {}, "doge": {}, "lol": {}, "wow": {}, "mua": {}, "666": {}, "+1": {}, "加1": {}, "加一": {},
	"thumbsup": {}, "thumbsdown": {}, "thanks": {}, "muscle": {}, "fingerheart": {}, "heart": {}, "applause": {}, "clap": {}, "fistbump": {},
	"jiayi": {}, "done": {}, "smile": {}, "blush": {}, "laugh": {}, "smirk": {}, "facepalm": {}, "love": {}, "wink": {}, "proud": {}, "witty": {},
	"smart": {}, "thinking": {}, "sob": {}, "cry": {}, "joyful": {}, "tears": {}, "embarrassed": {}, "kiss": {}, "hug": {}, "wave": {}, "shy": {},
	"sweat": {}, "speechless": {}, "sleep": {}, "angry": {}, "shocked": {}, "praise": {}, "party": {}, "rose": {}, "cake": {}, "gift": {}, "beer": {},
}
