package sales

// companySuffixes are legal forms that say nothing about which company it is,
// longest first.
var companySuffixes = []string{
	"股份有限责任公司", "集团股份有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "控股有限公司", "有限公司", "股份公司", "集团公司", "责任公司",
	"co.,ltd.", "co.,ltd", "co.ltd", "coltd", "corporation", "limited", "集团", "公司", "corp", "inc", "ltd", "llc",
}

// regions are places that stand in front of a name or in brackets.
var regions = []string{
	"中华人民共和国", "黑龙江", "内蒙古", "中国", "北京", "上海", "天津", "重庆", "广东", "江苏", "浙江", "山东", "河南", "河北", "四川", "湖北", "湖南", "福建", "安徽", "江西", "陕西", "山西",
	"辽宁", "吉林", "广西", "云南", "贵州", "海南", "甘肃", "青海", "宁夏", "新疆", "西藏", "香港", "澳门", "台湾", "深圳", "广州", "杭州", "苏州", "南京", "武汉", "成都", "西安", "青岛", "宁波",
	"无锡", "东莞", "佛山", "厦门", "长沙", "郑州", "合肥", "济南", "大连", "沈阳", "天津", "常州", "南通", "嘉兴", "温州", "珠海", "惠州",
}

// likenessSimilar is how much of two names must agree, in thousandths, to be worth
// asking a person.
const likenessSimilar = 800
