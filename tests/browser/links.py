"""Links as messages would carry them, to pages in the state that a test looks at."""

from typing import Any

import httpx

from models.partners import Signature
from models.vocabulary import Answer, Role, SignatureVisibility
from storage.answers import GivenAnswer
from tests import factories
from tests.browser.web_process import WebProcess
from tests.integration import verifiers
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.sign_links import answered, sign_link
from tests.integration.verification_links import ask, on_duty, verification_link

ARABIC = {
    "summary": "تلقت اثنتان من حارسات نبع سانتا بريخيدا تهديدات بالقتل لأنهما تدافعان عن مياه مجتمعهما.",
    "body": (
        "**Ceiba** و**Jacinta Olvera Montejo** ترعيان، مع لجنة المياه، النبع الذي تعيش منه أربعمئة أسرة.\n\n"
        "- تبعتهما سيارة بلا لوحات إلى بيتيهما؛\n- وتلقتا رسائل صوتية تهددهما بالقتل.\n\n"
        "رفيقاتهما لا تتركنهما وحدهما، ونحن كذلك."
    ),
    "background": "منذ يوليو 2026 وُثِّقت ستة اعتداءات على أعضاء اللجنة.",
}


async def signing(web: WebProcess, tree: dict[str, Any] | None = None) -> Case:
    """Store a case that partners may sign."""
    case = await make_case(web.database, tree)
    await case.open_sign_on()
    return case


async def to_sign(case: Case, slug: str = "casa-manantial") -> str:
    """Return the path of a partner's link."""
    return f"/s/{await sign_link(case, slug)}"


async def signed_by(case: Case, slug: str, visibility: SignatureVisibility) -> Signature:
    """Have a partner sign."""
    given = GivenAnswer(Answer.SIGNED, visibility, "Xiomara Imaginaria", "Vocera")
    return await answered(case, slug, given)


async def to_enrol(web: WebProcess) -> str:
    """Return the path by which a new verifier chooses her PIN."""
    return f"/e/{await verifiers.enrolment_link(web.database, await verifiers.verifier(web.database))}"


async def to_verify(web: WebProcess, case: Case) -> str:
    """Ask a verifier who has the PIN of these tests, and return the path of her link."""
    # Those who were on duty for other tests of this database are not asked.
    await execute(web.database, "UPDATE person SET duty_position = NULL")
    person_id = await on_duty(web.database, web.pins, 1)
    await ask(web.database, case.action.id)
    return f"/v/{await verification_link(web.database, case.action.id, person_id)}"


async def to_be_verified(web: WebProcess) -> str:
    """Return the path of a link about a case that nobody has attested."""
    return await to_verify(web, await make_case(web.database, attested=False))


async def to_approve_a_notice(web: WebProcess) -> str:
    """Stop a case that had gone out, and return the path of a link about the notice."""
    case = await make_case(web.database)
    batch = await case.batch()
    sent = "UPDATE delivery SET state = 'sent' WHERE dispatch_id = :id"
    await execute(web.database, sent, id=batch.dispatch_id)
    async with web.database.transaction() as session:
        key = await factories.add_key(session, await factories.add_person(session, Role.COORDINATOR))
    stop = f"{web.address}/api/v1/actions/{case.action.reference}/stop"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        (await client.post(stop)).raise_for_status()
    return await to_verify(web, case)


def with_arabic(tree: dict[str, Any]) -> dict[str, Any]:
    """Return a case whose second language is read from right to left."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return ["ar" if one == "en" else changed(one) for one in value]
        if not isinstance(value, dict):
            return value
        inner = {key: "ar" if one == "en" else changed(one) for key, one in value.items() if key != "en"}
        if "en" in value:
            inner["ar"] = ARABIC if isinstance(value["en"], dict) else ARABIC["summary"][:60]
        return inner

    arabic: dict[str, Any] = changed(tree)
    return arabic
