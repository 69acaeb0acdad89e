package wecomsim

// What a card is refused for; each code names a field.
var (
	errButtonCount = apiError{40016, "invalid button size"}
	errTaskID      = apiError{42014, "invalid task_id"}
	errRowKey      = apiError{42027, "Template_Card.horizontal_content_list.keyname"}
	errCardURL     = apiError{42028, "Template_Card url missing"}
	errCardMedia   = apiError{42029, "Template_Card mediaid missing"}
	errCardApp     = apiError{42030, "Template_Card appid missing"}
	errCardType    = apiError{42031, "Template_Card.CardType invalid"}
	errCardTitle   = apiError{42033, "Template_Card title missing"}
	errRows        = apiError{42035, "Template_Card.horizontal_content_list length invalid"}
	errVertical    = apiError{42036, "Template_Card.vertical_content_list length invalid"}
	errOptions     = apiError{42037, "Template_Card.option_list length invalid"}
	errButtonText  = apiError{42038, "Template_Card.button_list.text invalid"}
	errButtonKey   = apiError{42039, "Template_Card.button_list.key invalid"}
	errOptionID    = apiError{42040, "Template_Card.option_list.id invalid"}
	errOptionText  = apiError{42041, "Template_Card.option_list.text invalid"}
	errJumps       = apiError{42042, "Template_Card.jump_list length invalid"}
	errQuestionKey = apiError{42043, "Template_Card.question_Key invalid"}
	errCardImage   = apiError{42044, "Template_Card.card_image.url invalid"}
	errCardAction  = apiError{42045, "Template_Card.card_action invalid"}
	errSubmitKey   = apiError{42046, "Template_Card.submit_button.key invalid"}
	errSelects     = apiError{42047, "Template_Card.select_list length invalid"}
	errSubmitText  = apiError{42049, "Template_Card.submit_button.text invalid"}
	errCardUser    = apiError{42050, "Template_Card.horizontal_content_list.userid invalid"}
	errMenuKey     = apiError{42051, "Template_Card.action_menu.action_list.key conflict"}
)
