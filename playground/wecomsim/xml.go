package wecomsim

import (
	"strconv"
	"strings"
)

// element is a part of a callback's XML.
type element struct {
	name string
	text string
	bare bool // numbers stand without CDATA
	subs []element
}

func words(name, text string) element { return element{name: name, text: text} }

func bare(name, text string) element { return element{name: name, text: text, bare: true} }

func number(name string, n int64) element { return bare(name, strconv.FormatInt(n, 10)) }

func group(name string, subs ...element) element { return element{name: name, subs: subs} }

// xmlDoc writes elements as the platform does: strings in CDATA.
func xmlDoc(parts ...element) []byte {
	var b strings.Builder
	group("xml", parts...).write(&b)
	return []byte(b.String())
}

func (e element) write(b *strings.Builder) {
	b.WriteString("<" + e.name + ">")
	switch {
	case e.subs != nil:
		for _, sub := range e.subs {
			sub.write(b)
		}
	case e.bare:
		b.WriteString(e.text)
	default:
		b.WriteString("<![CDATA[" + strings.ReplaceAll(e.text, "]]>", "]]]]><![CDATA[>") + "]]>")
	}
	b.WriteString("</" + e.name + ">")
}
