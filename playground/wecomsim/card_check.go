package wecomsim

import (
	"encoding/json"
	"regexp"
	"slices"
)

const (
	maxKey      = 1024
	maxOptionID = 128
)

var taskIDForm = regexp.MustCompile(`^[0-9A-Za-z_\-@]{1,128}$`)

// cardLocked reads and checks a card.
func (s *Server) cardLocked(m *message, raw json.RawMessage, way road, c *call) (sh *sheet, rep reply, ok bool) {
	if _, on := s.Strikes(FaultRefuseCards, ""); on {
		return nil, fail(errCardAction.with("switched on")), false
	}
	if !given(raw) {
		return nil, fail(errCardType.with("template_card is missing")), false
	}
	var card templateCard
	if rep, ok := decode(raw, &card); !ok {
		return nil, rep, false
	}
	k := &checker{card: &card, way: way, media: func(id string) bool {
		_, ok := s.blobLocked(id, c.now)
		return ok
	}}
	if e := k.check(); e.code != 0 {
		return nil, fail(e), false
	}
	m.kind, m.card = typeCard, slices.Clone(raw)
	read := readCard(m.card, "")
	if read.callback() && way.app && s.callbackURL == "" {
		return nil, fail(errNoCallback), false
	}
	return &read, reply{}, true
}

// claimTaskLocked gives a task id to a card; it stays taken.
func (s *Server) claimTaskLocked(send *sending, sh *sheet) apiError {
	if sh.taskID == "" {
		return apiError{}
	}
	if _, taken := s.taskIDs[sh.taskID]; taken {
		return errTaskID.with("task_id exists")
	}
	s.taskIDs[sh.taskID] = send.msgid
	send.taskID = sh.taskID
	return apiError{}
}

// checker walks through one card and keeps the first fault.
type checker struct {
	card  *templateCard
	way   road
	media func(id string) bool
	fault apiError
}

// must blames a card for what it lacks.
func (k *checker) must(ok bool, e apiError, what string) {
	if !ok && k.fault.code == 0 {
		k.fault = e.with(what)
	}
}

func (k *checker) check() apiError {
	c := k.card
	k.must(slices.Contains(k.way.cards, c.CardType), errCardType, "card_type "+c.CardType)
	if k.fault.code != 0 {
		return k.fault
	}
	k.task()
	hasTitle := c.MainTitle != nil && c.MainTitle.Title != ""
	k.must(hasTitle || c.SubTitle != "", errCardTitle, "main_title.title or sub_title_text")
	k.rows()
	k.jumps()
	k.action()
	if q := c.Quote; q != nil {
		k.target(cardJump{Type: q.Type, URL: q.URL, AppID: q.AppID}, "quote_area")
	}
	switch c.CardType {
	case cardNewsNotice:
		k.news()
	case cardButtons:
		k.buttons()
	case cardVote:
		k.must(c.Checkbox != nil, errQuestionKey, "checkbox")
		k.choice(c.Checkbox, 20, "checkbox")
		k.submit()
	case cardMultiple:
		k.must(len(c.Selects) >= 1 && len(c.Selects) <= 3, errSelects, "select_list has 1 to 3")
		for i := range c.Selects {
			k.choice(&c.Selects[i], 10, "select_list")
		}
		k.submit()
	}
	k.questions()
	return k.fault
}

func (k *checker) task() {
	c := k.card
	needed := c.ActionMenu != nil || c.CardType == cardButtons || c.CardType == cardVote || c.CardType == cardMultiple
	k.must(!needed || k.way.replacing || c.TaskID != "", errTaskID, "task_id is missing")
	k.must(c.TaskID == "" || taskIDForm.MatchString(c.TaskID), errTaskID, "task_id is 1 to 128 of 0-9A-Za-z_-@")
	if c.ActionMenu == nil {
		return
	}
	n := len(c.ActionMenu.ActionList)
	k.must(n >= 1 && n <= 3, errButtonCount, "action_list has 1 to 3")
	seen := map[string]bool{}
	for _, a := range c.ActionMenu.ActionList {
		k.must(a.Text != "", errButtonText, "action_list.text")
		k.must(a.Key != "" && len(a.Key) <= maxKey, errButtonKey, "action_list.key")
		k.must(!seen[a.Key], errMenuKey, a.Key)
		seen[a.Key] = true
	}
}

func (k *checker) rows() {
	k.must(len(k.card.Rows) <= 6, errRows, "horizontal_content_list has up to 6")
	for _, r := range k.card.Rows {
		k.must(r.KeyName != "", errRowKey, "horizontal_content_list.keyname")
		switch r.Type {
		case 0:
		case 1:
			k.must(r.URL != "", errCardURL, "horizontal_content_list.url")
		case 2:
			k.must(k.way.app && r.MediaID != "" && k.media(r.MediaID), errCardMedia, "horizontal_content_list.media_id")
		case 3:
			k.must(r.UserID != "", errCardUser, "horizontal_content_list.userid")
		default:
			k.must(false, errRowKey, "horizontal_content_list.type")
		}
	}
}

func (k *checker) jumps() {
	k.must(len(k.card.Jumps) <= 3, errJumps, "jump_list has up to 3")
	for _, j := range k.card.Jumps {
		k.must(j.Title != "", errCardTitle, "jump_list.title")
		if j.Type != 3 || k.way.app { // 3 asks the 智能机器人 something
			k.target(j, "jump_list")
		}
	}
}

// action checks where a press on the card leads; notices must lead somewhere.
func (k *checker) action() {
	a := k.card.Action
	if slices.Contains(noticeCards, k.card.CardType) {
		k.must(a != nil && (a.Type == 1 || a.Type == 2), errCardAction, "card_action of type 1 or 2")
	}
	if a != nil {
		k.target(*a, "card_action")
	}
}

// target checks something that leads to a page.
func (k *checker) target(j cardJump, where string) {
	switch j.Type {
	case 0:
	case 1:
		k.must(j.URL != "", errCardURL, where+".url")
	case 2:
		k.must(j.AppID != "", errCardApp, where+".appid")
	default:
		k.must(false, errCardAction, where+".type")
	}
}

func (k *checker) news() {
	c := k.card
	k.must(c.Image != nil || c.ImageText != nil, errCardImage, "card_image or image_text_area")
	if c.Image != nil {
		ratio := c.Image.AspectRatio
		k.must(c.Image.URL != "", errCardImage, "card_image.url")
		k.must(ratio == 0 || (ratio >= 1.3 && ratio <= 2.25), errCardImage, "card_image.aspect_ratio is 1.3 to 2.25")
	}
	k.must(len(c.Vertical) <= 4, errVertical, "vertical_content_list has up to 4")
	for _, v := range c.Vertical {
		k.must(v.Title != "", errCardTitle, "vertical_content_list.title")
	}
}

func (k *checker) buttons() {
	c := k.card
	k.must(len(c.Buttons) >= 1 && len(c.Buttons) <= 6, errButtonCount, "button_list has 1 to 6")
	seen := map[string]bool{}
	for _, b := range c.Buttons {
		k.must(b.Text != "", errButtonText, "button_list.text")
		if b.Type == 1 {
			k.must(b.URL != "", errCardURL, "button_list.url")
			continue
		}
		k.must(b.Key != "" && len(b.Key) <= maxKey, errButtonKey, "button_list.key")
		k.must(!seen[b.Key], errButtonKey, "button_list.key is there twice")
		seen[b.Key] = true
	}
	if c.Selection != nil {
		k.choice(c.Selection, 10, "button_selection")
	}
}

func (k *checker) submit() {
	b := k.card.Submit
	k.must(b != nil && b.Text != "", errSubmitText, "submit_button.text")
	k.must(b != nil && b.Key != "" && len(b.Key) <= maxKey, errSubmitKey, "submit_button.key")
}

func (k *checker) choice(c *choice, most int, where string) {
	if c == nil {
		return
	}
	k.must(c.QuestionKey != "" && len(c.QuestionKey) <= maxKey, errQuestionKey, where+".question_key")
	k.must(len(c.OptionList) >= 1 && len(c.OptionList) <= most, errOptions, where+".option_list")
	seen := map[string]bool{}
	for _, o := range c.OptionList {
		k.must(o.ID != "" && len(o.ID) <= maxOptionID && !seen[o.ID], errOptionID, where+".option_list.id")
		k.must(o.Text != "", errOptionText, where+".option_list.text")
		seen[o.ID] = true
	}
}

// questions checks that no two fields go by one name.
func (k *checker) questions() {
	seen := map[string]bool{}
	for _, s := range k.card.Selects {
		k.must(!seen[s.QuestionKey], errQuestionKey, "question_key is there twice")
		seen[s.QuestionKey] = true
	}
}
