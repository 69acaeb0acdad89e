-- name: NewestVersion :one
SELECT * FROM versions WHERE kind = @kind ORDER BY version DESC LIMIT 1;

-- name: VersionByNumber :one
SELECT * FROM versions WHERE kind = @kind AND version = @version;

-- name: VersionByHash :one
SELECT * FROM versions WHERE kind = @kind AND hash = @hash ORDER BY version DESC LIMIT 1;
