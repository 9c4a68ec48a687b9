-- For a restored database, before the worker starts. What the backup calls unsent may have gone out after it was made:
-- no such message leaves by itself, and no action goes on until a coordinator has looked at it and resumes it.
UPDATE delivery
SET state = 'unknown', failure = 'restored', settled_at = now()
WHERE state IN ('ready', 'sending');

UPDATE urgent_action
SET held_at = now()
WHERE held_at IS NULL AND stopped_at IS NULL AND closed_at IS NULL;

-- A link that was used or replaced after the backup must not open once more.
UPDATE enrolment
SET revoked_at = now()
WHERE used_at IS NULL AND revoked_at IS NULL;
