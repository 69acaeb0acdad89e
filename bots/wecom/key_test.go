package wecom

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func approvalPush(event, info string) string {
	return push("sys", "event", "<AgentID>3010040</AgentID><Event>"+event+"</Event><ApprovalInfo>"+info+"</ApprovalInfo>")
}

// TestEventKeys: events of one second that differ in anything but what changes
// with a retry have different keys; a retry has the same.
func TestEventKeys(t *testing.T) {
	t.Parallel()
	click := func(from, key, task, code string) string {
		return push(from, "event", "<Event>template_card_event</Event><EventKey>"+key+"</EventKey><TaskId>"+task+"</TaskId><ResponseCode>"+code+"</ResponseCode>"+ours)
	}
	contact := func(change, user string) string {
		return push("sys", "event", "<Event>change_contact</Event><ChangeType>"+change+"</ChangeType><UserID>"+user+"</UserID>")
	}
	// The number of an approval exceeds what fits into 32 bits, and into a float.
	approval := func(no, status, change string) string {
		return approvalPush("sys_approval_change", "<SpNoStr>"+no+"</SpNoStr><SpNo>"+no+"</SpNo><SpStatus>"+status+"</SpStatus><StatuChangeEvent>"+change+"</StatuChangeEvent>")
	}
	one := approval("99999999202211150018", "1", "1")
	// Of two who act on one approval in one second only their own lines differ.
	acted := func(li, wang string) string {
		detail := func(user, status string) string {
			return "<Details><Approver><UserId>" + user + "</UserId></Approver><Speech></Speech><SpStatus>" + status + "</SpStatus><SpTime>0</SpTime></Details>"
		}
		return approvalPush("sys_approval_change", "<SpNoStr>7</SpNoStr><SpStatus>1</SpStatus><StatuChangeEvent>2</StatuChangeEvent><SpRecord><SpStatus>1</SpStatus>"+detail("LiLei", li)+detail("WangFang", wang)+"</SpRecord>")
	}
	flowed := func(li, wang string) string {
		item := func(user, status string) string {
			return "<Item><ItemUserId>" + user + "</ItemUserId><ItemStatus>" + status + "</ItemStatus><ItemOpTime>0</ItemOpTime></Item>"
		}
		return approvalPush("open_approval_change", "<ThirdNo>7</ThirdNo><OpenSpStatus>1</OpenSpStatus><ApprovalNodes><ApprovalNode><NodeStatus>1</NodeStatus><Items>"+item("LiLei", li)+item("WangFang", wang)+"</Items></ApprovalNode></ApprovalNodes>")
	}
	remarked := func(id string) string {
		return approvalPush("sys_approval_change", "<SpNoStr>7</SpNoStr><StatuChangeEvent>10</StatuChangeEvent><Comments><CommentUserInfo><UserId>LiLei</UserId></CommentUserInfo><CommentTime>1</CommentTime><CommentContent>c</CommentContent><CommentId>"+id+"</CommentId></Comments>")
	}
	all := map[string]string{
		"approval": one, "another": approval("99999999202211150019", "1", "1"), "decided": approval("99999999202211150018", "2", "2"),
		"only a number": approvalPush("sys_approval_change", "<SpNo>202211150018</SpNo>"), "another number": approvalPush("sys_approval_change", "<SpNo>202211150019</SpNo>"),
		"flow": approvalPush("open_approval_change", "<ThirdNo>1</ThirdNo><OpenSpStatus>1</OpenSpStatus>"), "another flow": approvalPush("open_approval_change", "<ThirdNo>2</ThirdNo><OpenSpStatus>1</OpenSpStatus>"),
		"flow decided": approvalPush("open_approval_change", "<ThirdNo>1</ThirdNo><OpenSpStatus>2</OpenSpStatus>"),
		"he acted":     acted("2", "1"), "both acted": acted("2", "2"), "she acted": acted("1", "2"), "a remark": remarked("1"), "another remark": remarked("2"),
		"he acted in the flow": flowed("2", "1"), "both acted in the flow": flowed("2", "2"),
		"later": strings.Replace(one, "1700000000", "1700000001", 1), "elsewhere": strings.Replace(one, "3010040", "3010041", 1),
		"left": contact("delete_user", "LiLei"), "another left": contact("delete_user", "WangFang"), "changed": contact("update_user", "LiLei"),
		"click": click("LiLei", "a", "t", "c"), "her click": click("WangFang", "a", "t", "c"), "another button": click("LiLei", "b", "t", "c"),
		"another card": click("LiLei", "a", "u", "c"), "clicked again": click("LiLei", "a", "t", "d"), "the words run on": click("LiLei", "at", "", "c"),
		"another case": click("lilei", "a", "t", "c"),
		"entered":      push("LiLei", "event", "<Event>enter_agent</Event>"+ours), "menu": push("LiLei", "event", "<Event>click</Event><EventKey>k</EventKey>"+ours),
		"customer":         push("sys", "event", "<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><UserID>u</UserID><ExternalUserID>w1</ExternalUserID>"),
		"another customer": push("sys", "event", "<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><UserID>u</UserID><ExternalUserID>w2</ExternalUserID>"),
		"text":             push("LiLei", "text", "<Content>a</Content>"+ours), "another text": push("LiLei", "text", "<Content>b</Content>"+ours),
		"nothing": "<xml></xml>", "nothing else": "<xml><Event>x</Event></xml>", "message 1": push("LiLei", "text", "<MsgId>1</MsgId>"), "message 2": push("LiLei", "text", "<MsgId>2</MsgId>"),
	}
	met := map[string]string{}
	for name, plain := range all {
		key := appEvent(t, plain).Key
		if other, twice := met[key]; twice {
			t.Errorf("%q and %q have the same key", name, other)
		}
		met[key] = name
		// A retry is encrypted anew, and may be written in another way.
		again := strings.NewReplacer("<AgentID>", "\n<AgentID>", "<SpStatus>1", "\n<SpStatus><![CDATA[1]]>").Replace(plain)
		if got := appEvent(t, again).Key; got != key {
			t.Errorf("%s: pushed again it has the key %q, not %q", name, got, key)
		}
	}
	if e := appEvent(t, push("LiLei", "text", "<Content>a</Content>"+ours)); e.MessageID == "" {
		t.Error("a message without an id has none")
	}
}

// TestRobotKeys: the same for the 智能机器人, whose pushes have ids. The two ways
// in share one platform's name, so that their keys must not meet.
func TestRobotKeys(t *testing.T) {
	t.Parallel()
	event := func(id, user, key string, at int) string {
		return fmt.Sprintf(`{"msgid":%q,"create_time":%d,"chattype":"single","from":{"userid":%q},"msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{"event_key":%q,"task_id":"t"}}}`, id, at, user, key)
	}
	met := map[string]string{appEvent(t, push("LiLei", "text", "<MsgId>1</MsgId>")).Key: "the app's"}
	for _, plain := range []string{
		`{"msgid":"1","msgtype":"text"}`, `{"msgid":"2","msgtype":"text"}`, event("3", "LiLei", "a", 1), event("", "LiLei", "a", 1), event("", "LiLei", "b", 1), event("", "WangFang", "a", 1), event("", "LiLei", "a", 2), `{}`, `{"msgtype":"text"}`,
	} {
		key := robotEventOf(t, plain).Key
		if other, twice := met[key]; twice {
			t.Errorf("%s and %s have the same key", plain, other)
		}
		met[key] = plain
		if again := robotEventOf(t, plain).Key; again != key {
			t.Errorf("%s: %q, then %q", plain, key, again)
		}
	}
}

// TestDigest: words do not run into each other.
func TestDigest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringN(0, 4, 8), 1, 4)
		a, b := words.Draw(t, "a"), words.Draw(t, "b")
		if same := fmt.Sprintf("%q", a) == fmt.Sprintf("%q", b); same != (digest(a...) == digest(b...)) {
			t.Errorf("%q %q", a, b)
		}
	})
	if digest("a", "bc") == digest("ab", "c") || digest("a", "") == digest("a") || digest("1:a") == digest("a") {
		t.Error("words run into each other")
	}
}
