package wecomsim

import "strconv"

// getAgent gives the app's own entry, to the app alone.
func (s *Server) getAgent(c *call) reply {
	switch id, err := strconv.Atoi(c.q("agentid")); {
	case c.q("agentid") == "":
		return fail(errNoAgent)
	case err != nil || id <= 0:
		return fail(errAgent)
	case id != s.o.AgentID:
		return fail(errOtherAgent)
	}
	s.mu.Lock()
	visible := s.rangeLocked()
	s.mu.Unlock()
	users := make([]map[string]string, 0, len(visible.users))
	for _, id := range visible.users {
		users = append(users, map[string]string{"userid": id})
	}
	return answer(map[string]any{
		"agentid": s.o.AgentID, "name": s.o.BotName, "square_logo_url": "", "description": "", "close": 0, "redirect_domain": s.o.Domain,
		"allow_userinfos": map[string]any{"user": users}, "allow_partys": map[string]any{"partyid": append([]int{}, visible.departments...)}, "allow_tags": map[string]any{"tagid": []any{}},
		"report_location_flag": 0, "isreportenter": 1, "home_url": "",
	})
}
