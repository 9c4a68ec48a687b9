"""An opened sign-on with hundreds of partners, each with a link, made without their mails."""

from uuid import UUID

from sqlmodel import select

from models.columns import now
from models.messages import Purpose
from models.outbox import Delivery
from security.tokens import new_token, token_hash
from storage.sign_links import issue_link
from tests.integration.outbox_cases import Case, execute

_INVITE = """
    WITH added AS (
        INSERT INTO partner (id, slug, name, kind, country, languages, groups, registered_address,
                             registered_fingerprint, members, status, updated_at)
        SELECT gen_random_uuid(), 'otra-' || n, 'Otra ' || lpad(n::text, 3, '0'), kind, 'UY', languages,
               groups, registered_address, registered_fingerprint, members, status, now()
        FROM partner, generate_series(1, :number) AS n WHERE slug = 'casa-manantial' RETURNING id)
    INSERT INTO invitation (id, document_id, version_id, partner_id, contact_id, invited_at)
    SELECT gen_random_uuid(), known.document_id, known.version_id, added.id, known.contact_id, now()
    FROM added, (SELECT * FROM invitation WHERE document_id = :document ORDER BY id LIMIT 1) AS known
    RETURNING id
"""


async def invited(case: Case, number: int) -> list[UUID]:
    """Invite more partners, who share the contact of one that is invited; return their invitations."""
    rows = await execute(case.database, _INVITE, number=number, document=case.document.document_id)
    return [row.id for row in rows]


async def links_of_many(case: Case, number: int) -> dict[str, str]:
    """Invite many partners, and return the token of each by the path of its page."""
    await case.freeze(Purpose.INVITATION)
    links = {}
    invitations = await invited(case, number)
    async with case.database.transaction() as session:
        delivery_id = (await session.exec(select(Delivery.id).limit(1))).one()
        for invitation_id in invitations:
            token = new_token()
            ends = now().replace(year=now().year + 1)
            await issue_link(session, invitation_id, delivery_id, token_hash(token), ends)
            links[f"/sign/{invitation_id}"] = token
    return links
