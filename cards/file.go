package cards

import (
	"time"

	"genjin/sales"
)

// FileReady tells the sender that a file can be used as evidence now.
func (w Words) FileReady(f sales.File) string {
	kind := f.Type
	if name, ok := zhCN["type."+f.Type]; ok {
		kind = name
	}
	return w.say("file.ready", clip(f.Name, 60), kind, size(f.Size), int(w.Rules.Evidence.Window/time.Minute))
}

// FileRefused tells the sender why a file cannot be used.
func (w Words) FileRefused(f sales.File) string {
	why, ok := zhCN["file."+f.Reason]
	if !ok {
		why = w.say("file.other")
	}
	if f.Reason == "file_too_large" {
		why = w.say("file.file_too_large", w.Rules.Evidence.MaxBytes>>20)
	}
	return w.say("file.refused", clip(f.Name, 60), why)
}

// FileQuota tells the sender that no more files are taken today.
func (w Words) FileQuota() string { return w.say("file.quota", w.Rules.Evidence.PerDay) }
