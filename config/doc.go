// Package config is what an operator or a business person sets: the process
// environment, who works here (org.yaml) and the rules of the business
// (rules.yaml). It reports every mistake at once, with its line and what to
// write instead, and hands the rules compiled to the sales room.
package config
