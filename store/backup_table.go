package store

// toolDirs is where systems put PostgreSQL's programs outside the path.
var toolDirs = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin"}

// libpqParams is what PostgreSQL's own programs take in a database URL.
var libpqParams = []string{
	"host", "hostaddr", "port", "dbname", "user", "passfile", "connect_timeout", "client_encoding", "options", "application_name",
	"fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "sslmode",
	"sslcompression", "sslcert", "sslkey", "sslrootcert", "sslcrl", "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version",
	"krbsrvname", "gsslib", "gssencmode", "service", "servicefile", "target_session_attrs", "channel_binding",
}

// driverParams is what only our driver takes, and keeps to itself.
var driverParams = []string{
	"default_query_exec_mode", "statement_cache_capacity", "description_cache_capacity", "min_read_buffer_size", "sslinline", "sslsni", "min_protocol_version", "max_protocol_version",
}

// backupParts are the folders of a backup that belong into a data dir.
var backupParts = []string{"keys", "checkpoints", "evidence", "holidays"}
