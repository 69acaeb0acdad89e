package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"time"

	"genjin/sales"
)

// OrgText is a text of org.yaml that was read and checked.
type OrgText struct {
	Org    *sales.Org
	Robots map[string]Secret // keys of the group robots by team
	// Stored is the text without those keys: they stand in no row. Hash is that
	// of Stored.
	Stored []byte
	Hash   string
}

// robotPlace stands in stored texts where a robot's key was.
const robotPlace = "kept-in-the-file-alone"

// robotLine finds keys as people write them, also in comments.
var robotLine = regexp.MustCompile(`(wecom_robot["']?[ \t]*:[ \t]*["']?)[0-9A-Za-z_-]+`)

// ReadOrg reads org.yaml as [ParseOrg] does, with what is kept apart from it.
func ReadOrg(name string, text []byte, loc *time.Location) (OrgText, error) {
	org, err := ParseOrg(name, text, loc)
	if err != nil {
		return OrgText{}, err
	}
	robots, err := Robots(name, text)
	if err != nil {
		return OrgText{}, err
	}
	stored := robotLine.ReplaceAll(text, []byte("${1}"+robotPlace))
	left, err := Robots(name, stored)
	if err != nil {
		return OrgText{}, err
	}
	for team := range robots {
		if left[team].Reveal() != robotPlace {
			return OrgText{}, fmt.Errorf("%s：团队 %s 的 wecom_robot 请和它的 key 写在同一行，例如 wecom_robot: 693a91f6", name, team)
		}
	}
	sum := sha256.Sum256(stored)
	return OrgText{Org: org, Robots: robots, Stored: stored, Hash: hex.EncodeToString(sum[:])}, nil
}
