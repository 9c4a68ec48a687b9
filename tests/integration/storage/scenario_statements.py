"""Longer statements that break one thing in a `:case`, which one check of the gate alone sees."""

from typing import Final

CHANGED_FACT: Final = """
    WITH draft AS (
        INSERT INTO document (id, action_id, number, kind, guided)
        SELECT gen_random_uuid(), :case, 9, 'further_information', true RETURNING id),
    version AS (
        INSERT INTO document_version (id, document_id, number, digest, created_by, created_at)
        SELECT gen_random_uuid(), draft.id, 1, sha256('x'), author_id, now()
        FROM draft JOIN urgent_action ON urgent_action.id = :case RETURNING id)
    INSERT INTO changed_fact (id, action_id, number, change, demands, known_on, source_id, draft_id,
                              recorded_by, recorded_at)
    SELECT gen_random_uuid(), action.id, 1, 'widened', 'changed', current_date,
           (SELECT id FROM source WHERE action_id = action.id LIMIT 1), version.id, action.author_id, now()
    FROM version JOIN urgent_action AS action ON action.id = :case
"""

# Of a use that no other check asks for, of somebody who is not named at all.
VOIDED_CONSENT: Final = """
    WITH fact AS (
        INSERT INTO changed_fact (id, action_id, number, change, demands, known_on, source_id, draft_id,
                                  recorded_by, recorded_at)
        SELECT gen_random_uuid(), action.id, 1, 'released', 'changed', current_date, source.id, version.id,
               action.author_id, now()
        FROM urgent_action AS action JOIN source ON source.action_id = action.id
        JOIN document ON document.action_id = action.id
        JOIN document_version AS version ON version.document_id = document.id
        WHERE action.id = :case LIMIT 1 RETURNING id)
    INSERT INTO consent (id, person_at_risk_id, use, given, given_by, method, given_on, voided_by,
                         recorded_at)
    SELECT gen_random_uuid(), person.id, 'photograph', true, 'herself', 'phone', current_date, fact.id,
           now() + interval '1 minute'
    FROM fact CROSS JOIN person_at_risk AS person
    WHERE person.action_id = :case AND person.visibility = 'withheld'
"""

ANSWERED_CHECK_IN: Final = """
    INSERT INTO check_in_answer (id, action_id, document_id, number, news, by_link, person_id, answered_at)
    SELECT gen_random_uuid(), action.id, document.id, 2, 'news', false, action.author_id, now()
    FROM urgent_action AS action JOIN document ON document.action_id = action.id WHERE action.id = :case
"""

MOVED_MILESTONE: Final = """
    INSERT INTO milestone_entry
    SELECT gen_random_uuid(), milestone_id, entry.number + 1, 'cancelled', on_day, at_time, time_zone,
           remind_before, remind_after, NULL, recorded_by, now()
    FROM milestone_entry AS entry JOIN milestone ON milestone.id = milestone_id
    WHERE milestone.action_id = :case
"""

ANSWERED_INVITATION: Final = """
    INSERT INTO signature (id, invitation_id, document_id, partner_id, version_id, digest, answer, visibility,
                           late, answered_at, wants_receipt, disowned)
    SELECT gen_random_uuid(), invitation.id, document_id, partner_id, version_id, sha256('x'), 'declined',
           'public', false, now(), false, false
    FROM invitation JOIN document ON document.id = document_id WHERE action_id = :case
"""
