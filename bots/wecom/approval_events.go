package wecom

// approvalInfo is what the platform tells of its own approvals: those of 审批
// (path/91815) and those of the 审批流程引擎 (path/90269).
type approvalInfo struct {
	SpNoStr          string
	SpNo             string
	SpStatus         string
	StatuChangeEvent string // the platform's own spelling
	ThirdNo          string
	OpenSpStatus     string

	Records []struct {
		Status  string `xml:"SpStatus"`
		Details []struct {
			User   string `xml:"Approver>UserId"`
			Status string `xml:"SpStatus"`
			Time   string `xml:"SpTime"`
		}
	} `xml:"SpRecord"`
	Comments []struct {
		ID   string `xml:"CommentId"`
		User string `xml:"CommentUserInfo>UserId"`
		Time string `xml:"CommentTime"`
	}
	Nodes []struct {
		Status string `xml:"NodeStatus"`
		Items  []struct {
			User   string `xml:"ItemUserId"`
			Status string `xml:"ItemStatus"`
			Time   string `xml:"ItemOpTime"`
		} `xml:"Items>Item"`
	} `xml:"ApprovalNodes>ApprovalNode"`
}

// acts are who did what and when, of all who have a say. Two who act on one
// approval within one second differ in nothing else.
func (a approvalInfo) acts() []string {
	var out []string
	for _, r := range a.Records {
		out = append(out, "step", r.Status)
		for _, d := range r.Details {
			out = append(out, d.User, d.Status, d.Time)
		}
	}
	for _, c := range a.Comments {
		out = append(out, "comment", c.ID, c.User, c.Time)
	}
	for _, n := range a.Nodes {
		out = append(out, "node", n.Status)
		for _, i := range n.Items {
			out = append(out, i.User, i.Status, i.Time)
		}
	}
	return out
}
