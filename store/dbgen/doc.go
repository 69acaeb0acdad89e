// Package dbgen holds the queries of store/queries as sqlc generates them from
// the migrations. One text serves SQLite and PostgreSQL. Only store imports it.
package dbgen
