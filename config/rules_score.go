package config

import (
	"fmt"

	"genjin/sales"
)

// Weights that a dimension may have.
const weightMin, weightMax = 1, 1000

func (d *document) dimensions(in []dimensionEntry) []sales.Dimension {
	if len(in) == 0 {
		d.fail("$.score", "没有评分维度，请至少写一个")
	}
	out := make([]sales.Dimension, 0, len(in))
	ids := map[string]bool{}
	for i, e := range in {
		path := fmt.Sprintf("$.score[%d]", i)
		d.named(path, e.ID, e.Name, ids)
		dim := sales.Dimension{ID: e.ID, Name: e.Name, Weight: d.between(path+".weight", e.Weight, weightMin, weightMax), Otherwise: e.Otherwise}
		if e.Otherwise == "" {
			d.fail(path+".otherwise", "没有 otherwise，请写一句都不符合时给销售看的理由")
		}
		if len(e.Bands) == 0 {
			d.fail(path+".bands", "没有 bands，这个维度永远是 0 分，请至少写一条")
		}
		for j, b := range e.Bands {
			dim.Bands = append(dim.Bands, d.band(fmt.Sprintf("%s.bands[%d]", path, j), b, e.Weight))
		}
		out = append(out, dim)
	}
	return out
}

func (d *document) band(path string, b bandEntry, weight int64) sales.Band {
	switch {
	case !d.has(path + ".points"):
		d.fail(path+".points", "没有 points，请写 0 到本维度 weight 的整数")
	case weight < weightMin || weight > weightMax: // told already
	case b.Points < 0 || b.Points > weight:
		d.fail(path+".points", "points %d 应在 0 和本维度的 weight %d 之间", b.Points, weight)
	}
	if b.Why == "" {
		d.fail(path+".why", "没有 why，请写一句给销售看的理由")
	}
	return sales.Band{When: d.condition(path+".when", b.When), Points: b.Points, Why: b.Why}
}

// fullScore is the sum of the weights, 0 where one of them is wrong.
func fullScore(in []dimensionEntry) int64 {
	var full int64
	for _, e := range in {
		if e.Weight < weightMin || e.Weight > weightMax {
			return 0
		}
		full += e.Weight
	}
	return full
}

// named checks the id and the name of a thing among its like.
func (d *document) named(path, id, name string, ids map[string]bool) {
	switch {
	case id == "":
		d.fail(path+".id", "没有 id，请写一个英文的 id")
	case ids[id]:
		d.fail(path+".id", "id %q 重复，请写一个不同的 id", id)
	}
	if name == "" {
		d.fail(path+".name", "没有 name，请写中文名称")
	}
	ids[id] = true
}

// grades reads the grades; full is the most that a score can be, 0 where that is
// not known.
func (d *document) grades(in []gradeEntry, full int64) []sales.Grade {
	if len(in) == 0 {
		d.fail("$.grades", "没有等级，请至少写一个，例如 {name: A, min: 75}")
	}
	out := make([]sales.Grade, 0, len(in))
	names := map[string]bool{}
	for i, e := range in {
		path := fmt.Sprintf("$.grades[%d]", i)
		switch {
		case e.Name == "":
			d.fail(path+".name", "等级没有 name，请写例如 A")
		case names[e.Name]:
			d.fail(path+".name", "等级 %s 写了两次，请换一个名字", e.Name)
		}
		names[e.Name] = true
		switch {
		case i > 0 && e.Min >= in[i-1].Min:
			d.fail(path+".min", "等级要从高到低排列：%s 的 min %d 不低于前一个的 %d", e.Name, e.Min, in[i-1].Min)
		case e.Min < 0 || (full > 0 && e.Min > full):
			d.fail(path+".min", "%s 的 min %d 应在 0 和满分 %d 之间", e.Name, e.Min, full)
		}
		out = append(out, sales.Grade{Name: e.Name, Min: e.Min, RespondIn: d.duration(path+".respond_in", e.RespondIn, 0)})
	}
	return out
}

func (d *document) condition(path, source string) sales.Condition {
	if source == "" {
		d.fail(path, "没有 when，请写条件，例如 size >= 300")
		return nil
	}
	c, err := compile(source)
	if err != nil {
		d.fail(path, "条件 %q 有误：%s", source, err)
	}
	return c
}
