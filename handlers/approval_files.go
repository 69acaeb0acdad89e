package handlers

import (
	"context"
	"fmt"

	"genjin/bots"
	"genjin/handlers/speech"
	"genjin/sales"
	"genjin/store"
)

// showFiles sends a request's evidence into the chat of somebody who may see it.
func showFiles(ctx context.Context, c *call, _ speech.Command) error {
	_, a, ok, err := c.clickedApproval(ctx)
	if err != nil || !ok {
		return err
	}
	may, err := c.mayRead(ctx, a)
	if err != nil {
		return err
	}
	if !may {
		return c.refuse(ctx, "not_approver", c.w.ApprovalRefused(&sales.Refusal{Kind: sales.RefuseNotApprover, Number: a.Number, Who: approversOf(a)}, a))
	}
	files, err := c.filesOf(ctx, a.Move)
	if err != nil {
		return err
	}
	for _, f := range files {
		m := bots.Message{Text: f.Name, File: &bots.Upload{Name: f.Name, SHA256: f.SHA256, Type: mediaType(f.Type)}}
		if err := c.post(ctx, m, store.Outgoing{User: c.event.User}, fmt.Sprintf("approval:%d", a.Number)); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		c.toast(infoTone, c.w.Say("approval.files_none"))
		return nil
	}
	c.toast(bots.ToneSuccess, c.w.Say("approval.files_sent", len(files)))
	c.toldElsewhere()
	return nil
}

// mayRead tells whether the person may see a request's evidence: who has a part
// in it, and who sees the requester's work anyway.
func (c *call) mayRead(ctx context.Context, a sales.Approval) (bool, error) {
	if c.w.Org.Sees(c.me, a.Requester) {
		return true, nil
	}
	for _, s := range a.Steps {
		for _, t := range s.Tasks {
			if t.Approver == c.me.ID || t.By == c.me.ID {
				return true, nil
			}
		}
	}
	_, mine, err := c.taskOf(ctx, a)
	return mine, err
}

func approversOf(a sales.Approval) []string {
	tasks := a.OpenTasks()
	ids := make([]string, 0, len(tasks))
	for _, t := range tasks {
		ids = append(ids, t.Approver)
	}
	return ids
}

// mediaType is the media type of a kind of file.
func mediaType(kind string) string {
	if t, ok := mediaTypes[kind]; ok {
		return t
	}
	return "application/octet-stream"
}
