package config

// fileTypes are what an evidence rule may ask for, by content.
var fileTypes = []string{"document", "image", "pdf", "docx", "pptx", "xlsx", "doc", "ppt", "xls", "txt", "csv", "jpg", "png", "webp", "gif"}

// roles are those of org.yaml.
var roles = []string{"rep", "manager", "ops", "finance", "risk", "legal", "tech", "csm", "admin"}
