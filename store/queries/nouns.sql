-- name: NextCounter :one
UPDATE counters SET value = value + @step WHERE name = @name RETURNING value;

-- name: InsertLead :execrows
INSERT INTO leads (number, id, revision, owner, status, phone, email, company_key, company_head, rules_version, created_at, updated_at, data)
VALUES (@number, @id, @revision, @owner, @status, @phone, @email, @company_key, @company_head, @rules_version, @created_at, @updated_at, @data)
ON CONFLICT DO NOTHING;

-- name: UpdateLead :execrows
UPDATE leads SET revision = revision + 1, owner = @owner, status = @status, phone = @phone, email = @email,
    company_key = @company_key, company_head = @company_head, rules_version = @rules_version, updated_at = @updated_at, data = @data
WHERE number = @number AND revision = @revision;

-- name: LeadByNumber :one
SELECT revision, data FROM leads WHERE number = @number;

-- name: LeadsByPhone :many
SELECT revision, data FROM leads WHERE phone = @phone AND phone <> '' ORDER BY number;

-- name: LeadsByEmail :many
SELECT revision, data FROM leads WHERE email = @email AND email <> '' ORDER BY number;

-- name: LeadsByHead :many
SELECT revision, data FROM leads WHERE company_head = @company_head AND company_head <> '' ORDER BY number;

-- name: OpenLeads :many
SELECT revision, data FROM leads WHERE status = 'open' ORDER BY number;

-- name: OpenLeadsOf :many
SELECT revision, data FROM leads WHERE status = 'open' AND owner = @owner ORDER BY number;

-- name: LeadsScoredBefore :many
SELECT revision, data FROM leads WHERE status = 'open' AND rules_version < @rules_version ORDER BY number LIMIT @most;

-- name: InsertDeal :execrows
INSERT INTO deals (number, id, revision, owner, status, stage, lead_number, company_key, created_at, updated_at, data)
VALUES (@number, @id, @revision, @owner, @status, @stage, @lead_number, @company_key, @created_at, @updated_at, @data)
ON CONFLICT DO NOTHING;

-- name: UpdateDeal :execrows
UPDATE deals SET revision = revision + 1, owner = @owner, status = @status, stage = @stage, lead_number = @lead_number,
    company_key = @company_key, updated_at = @updated_at, data = @data
WHERE number = @number AND revision = @revision;

-- name: DealByNumber :one
SELECT revision, data FROM deals WHERE number = @number;

-- name: OpenDeals :many
SELECT revision, data FROM deals WHERE status = 'open' ORDER BY number;

-- name: OpenDealsOf :many
SELECT revision, data FROM deals WHERE status = 'open' AND owner = @owner ORDER BY number;

-- name: OpenDealsLike :many
SELECT revision, data FROM deals
WHERE status = 'open' AND company_key <> ''
  AND (company_key LIKE '%' || CAST(@company_key AS TEXT) || '%' OR CAST(@company_key AS TEXT) LIKE '%' || company_key || '%')
ORDER BY number;

-- name: InsertFile :execrows
INSERT INTO files (id, revision, person, status, sent_at, bot, message_id, file_key, sha256, data)
VALUES (@id, @revision, @person, @status, @sent_at, @bot, @message_id, @file_key, @sha256, @data)
ON CONFLICT DO NOTHING;

-- name: UpdateFile :execrows
UPDATE files SET revision = revision + 1, person = @person, status = @status, sent_at = @sent_at, bot = @bot,
    message_id = @message_id, file_key = @file_key, sha256 = @sha256, data = @data
WHERE id = @id AND revision = @revision;

-- name: FileByID :one
SELECT revision, data FROM files WHERE id = @id;

-- name: FileByPlatform :one
SELECT revision, data FROM files WHERE bot = @bot AND message_id = @message_id AND message_id <> '' AND file_key = @file_key
ORDER BY id LIMIT 1;

-- name: RecentFiles :many
SELECT revision, data FROM files WHERE person = @person AND sent_at >= @since ORDER BY sent_at DESC, id DESC;

-- name: CountFiles :one
SELECT COUNT(*) FROM files WHERE person = @person AND sent_at >= @since;

-- name: KnownHashes :many
SELECT DISTINCT sha256 FROM files WHERE sha256 <> '';

-- name: InsertApproval :execrows
INSERT INTO approvals (number, id, revision, status, requester, deal_number, created_at, updated_at, data)
VALUES (@number, @id, @revision, @status, @requester, @deal_number, @created_at, @updated_at, @data)
ON CONFLICT DO NOTHING;

-- name: UpdateApproval :execrows
UPDATE approvals SET revision = revision + 1, status = @status, requester = @requester, deal_number = @deal_number,
    updated_at = @updated_at, data = @data
WHERE number = @number AND revision = @revision;

-- name: ApprovalByNumber :one
SELECT revision, data FROM approvals WHERE number = @number;

-- name: PendingApprovals :many
SELECT revision, data FROM approvals WHERE status = 'pending' ORDER BY created_at, number;

-- name: ApprovalsOfDeal :many
SELECT revision, data FROM approvals WHERE deal_number = @deal_number ORDER BY number;

-- Whoever locks the same row at once waits for the end of our transaction.
-- name: LockApproval :execrows
UPDATE approvals SET revision = revision WHERE number = @number;
