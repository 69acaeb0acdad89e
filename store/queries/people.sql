-- Who wrote and was not known, the last first. Nothing else is kept of them.
-- name: Strangers :many
SELECT bot, usr, CAST(MAX(received_at) AS BIGINT) AS last_at, COUNT(*) AS events FROM inbox
WHERE outcome = 'stranger' AND usr <> ''
GROUP BY bot, usr ORDER BY last_at DESC, bot, usr LIMIT @most;
