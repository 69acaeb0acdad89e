package feishusim

import "strings"

// cardRule is what Card JSON 2.0 knows about one tag.
type cardRule struct {
	props    []string // allowed properties beside those of every element
	required []string
	input    bool // interactive: inside a form it needs a unique name
}

// words splits a list of property names.
func words(s string) []string { return strings.Fields(s) }

// Parts of a card that carry no tag.
var (
	cardProps      = words("schema config card_link header body")
	configProps    = words("streaming_mode streaming_config summary locales enable_forward update_multi width_mode use_custom_translation enable_forward_interaction style")
	headerProps    = words("title subtitle text_tag_list i18n_text_tag_list template icon padding")
	bodyProps      = words("direction padding horizontal_spacing horizontal_align vertical_spacing vertical_align elements")
	elementProps   = words("tag element_id margin")
	templates      = words("blue wathet turquoise green yellow orange red carmine violet purple indigo grey default")
	buttonTypes    = words("default primary danger text primary_text danger_text primary_filled danger_filled laser")
	submitTypes    = words("submit reset")
	inputTypes     = words("text multiline_text password")
	behaviorProps  = words("type value default_url android_url ios_url pc_url")
	confirmProps   = words("title text")
	optionProps    = words("text value icon icon_tag")
	removedTags    = words("action note")
	selectTags     = words("select_static multi_select_static overflow")
	timeTags       = words("date_picker picker_time picker_datetime")
	personTags     = words("select_person multi_select_person")
	containerProps = " elements direction padding horizontal_spacing horizontal_align vertical_spacing vertical_align"
)

// cardRules are the tags of Card JSON 2.0.
var cardRules = map[string]cardRule{
	"plain_text":      {props: words("content i18n_content text_size text_color text_align lines icon"), required: words("content")},
	"lark_md":         {props: words("content i18n_content text_size text_color text_align lines icon"), required: words("content")},
	"markdown":        {props: words("content i18n_content text_align text_size icon href"), required: words("content")},
	"div":             {props: words("text icon width"), required: words("text")},
	"hr":              {},
	"img":             {props: words("img_key alt title corner_radius scale_type size transparent preview mode"), required: words("img_key")},
	"img_combination": {props: words("combination_mode combination_transparent corner_radius img_list"), required: words("img_list")},
	"person":          {props: words("user_id size show_avatar show_name style"), required: words("user_id")},
	"person_list":     {props: words("persons size show_avatar show_name lines drop_invalid_user_id"), required: words("persons")},
	"chart":           {props: words("aspect_ratio color_theme chart_spec preview height"), required: words("chart_spec")},
	"table":           {props: words("page_size row_height row_max_height freeze_first_column header_style columns rows"), required: words("columns")},
	"standard_icon":   {props: words("token color size")},
	"custom_icon":     {props: words("img_key size")},
	"text_tag":        {props: words("text color")},
	"column_set":      {props: words("horizontal_spacing horizontal_align flex_mode background_style action columns"), required: words("columns")},
	"column":          {props: words("width weight background_style action" + containerProps)},
	"form":            {props: words("name" + containerProps), required: words("name elements")},
	"interactive_container": {
		props:    words("width height background_style has_border border_color corner_radius behaviors hover_tips disabled disabled_tips confirm name" + containerProps),
		required: words("elements"),
	},
	"collapsible_panel": {
		props:    words("expanded header border background_color" + containerProps),
		required: words("header elements"),
	},
	"button": {
		input:    true,
		props:    words("name type size width text icon hover_tips disabled disabled_tips confirm behaviors form_action_type required"),
		required: words("text"),
	},
	"input": {
		input: true,
		props: words("name required placeholder default_value disabled width max_length input_type show_icon rows auto_resize max_rows label label_position value behaviors confirm fallback"),
	},
	"select_static": {
		input:    true,
		props:    words("name type required placeholder options initial_option initial_index disabled width behaviors confirm value"),
		required: words("options"),
	},
	"multi_select_static": {
		input:    true,
		props:    words("name type required placeholder options selected_values disabled width behaviors confirm value"),
		required: words("options"),
	},
	"select_person": {
		input: true,
		props: words("name type required placeholder options initial_option disabled width behaviors confirm value"),
	},
	"multi_select_person": {
		input: true,
		props: words("name type required placeholder options selected_values disabled width behaviors confirm value"),
	},
	"date_picker": {
		input: true,
		props: words("name required placeholder initial_date disabled width behaviors confirm value"),
	},
	"picker_time": {
		input: true,
		props: words("name required placeholder initial_time disabled width behaviors confirm value"),
	},
	"picker_datetime": {
		input: true,
		props: words("name required placeholder initial_datetime disabled width behaviors confirm value"),
	},
	"overflow": {
		input:    true,
		props:    words("name width options behaviors confirm value"),
		required: words("options"),
	},
	"select_img": {
		input:    true,
		props:    words("name style multi_select layout required can_preview aspect_ratio disabled disabled_tips options behaviors value"),
		required: words("options"),
	},
	"checker": {
		input: true,
		props: words("name checked text overall_checkable button_area checked_style padding confirm behaviors hover_tips disabled disabled_tips"),
	},
}
