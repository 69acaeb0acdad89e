package store_test

import (
	"errors"
	"slices"
	"testing"

	"genjin/sales"
	"genjin/store"
	"genjin/store/storetest"
)

// The newest text is in force, also when an older one had the same words; all of
// them stay.
func TestVersionsOfSettings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			if n, err := tx.InForce(t.Context(), store.VersionOrg); n != 0 || err != nil {
				t.Errorf("before the first: %d %v", n, err)
			}
			if _, has, err := tx.NewestVersion(t.Context(), store.VersionOrg); has || err != nil {
				t.Errorf("before the first: %v %v", has, err)
			}
			for _, words := range []string{"a", "a", "b", "a"} {
				if _, _, err := tx.OrgVersion(t.Context(), "hash "+words, []byte(words), "file@"+words); err != nil {
					return err
				}
			}
			_, _, err := tx.RulesVersion(t.Context(), "hash r", []byte("r"), "start@r")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.View(t.Context(), func(tx *store.Tx) error {
			newest, _, err := tx.NewestVersion(t.Context(), store.VersionOrg)
			n, err2 := tx.InForce(t.Context(), store.VersionOrg)
			if newest.Number != 3 || n != 3 || string(newest.Text) != "a" || newest.By != "file@a" || !newest.At.Equal(newest.At.UTC()) || newest.At.IsZero() {
				t.Errorf("newest: %+v, in force %d", newest, n)
			}
			again, known, err3 := tx.VersionByHash(t.Context(), store.VersionOrg, "hash a")
			if !known || again.Number != 3 {
				t.Errorf("by its words: %+v", again)
			}
			second, err4 := tx.Version(t.Context(), store.VersionOrg, 2)
			if string(second.Text) != "b" {
				t.Errorf("the second: %+v", second)
			}
			if _, err := tx.Version(t.Context(), store.VersionRules, 2); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("none: %v", err)
			}
			_, known, err5 := tx.VersionByHash(t.Context(), store.VersionRules, "hash a")
			if known {
				t.Error("words of another file are known")
			}
			return errors.Join(err, err2, err3, err4, err5)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestFormerPeopleAreKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var got [][]string
		for _, people := range [][]sales.Person{nil, {{ID: "li", Name: "李雷", Manager: "wang"}}, {}} {
			err := s.Do(t.Context(), func(tx *store.Tx) error {
				if people != nil {
					if err := tx.SetFormer(t.Context(), people); err != nil {
						return err
					}
				}
				former, err := tx.Former(t.Context())
				var words []string
				for _, p := range former {
					words = append(words, p.ID+p.Name+p.Manager)
				}
				got = append(got, words)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if len(got[0]) != 0 || !slices.Equal(got[1], []string{"li李雷wang"}) || len(got[2]) != 0 {
			t.Errorf("former people: %q", got)
		}
	})
}
