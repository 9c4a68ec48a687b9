"""What a coordinator writes reaches mails and pages as safe Markdown, whatever stands in it."""

from collections.abc import AsyncIterator

import pytest

from channels.email import EmailChannel
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import make_case
from tests.integration.senders import mailing, run
from tests.integration.sign_links import sign_link
from tests.integration.web.paperwork import Papers, two_verifiers
from tests.integration.web.site import Caller, Site
from tests.unit.templates.html_outline import Outline

HOSTILE = """
<script>alert('evil')</script> <img src="https://evil.example/pixel.png" onerror="alert(1)">

<iframe src="https://evil.example"></iframe> <a href="javascript:alert(1)">uno</a>

[dos](javascript:alert(1)) [tres](data:text/html;base64,ZXZpbA==) <javascript:alert(2)>

[cuatro](https://fiscalia.example@evil.example/) [cinco](//evil.example) ![seis](https://evil.example/p.png)

[siete](&#106;avascript:alert(3)) [ocho][referencia]

[referencia]: data:text/html,evil

[nueve](https://red.example/informe) **diez**
"""
LINE = "<script>alert(1)</script> [doce](javascript:alert(1)) <img src=x onerror=alert(1)>"
WORDING = {"headline": LINE, "summary": LINE, "body": HOSTILE, "background": HOSTILE, "demands": [LINE]}
ALLOWED = "https://red.example/informe"
FOREIGN_TAGS = ("script", "img", "iframe", "object", "embed", "base")
HARMFUL = ("javascript", "data:", "evil", "alert", "@evil")


@pytest.fixture
async def papers(site: Site, coordinator: Caller) -> Papers:
    """A case whose newest version is full of markup, attested by two people."""
    papers = Papers(await make_case(site.services.database), coordinator)
    assert (await papers.change(1, {"es": WORDING, "en": WORDING})).status_code == 201
    for verifier in await two_verifiers(site):
        assert (await papers.of(verifier).attest()).is_success
    return papers


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


def assert_is_harmless(html: str) -> None:
    """Look at every element and attribute: only the one address that is allowed may have come through."""
    outline = Outline(html)
    assert outline.named(*FOREIGN_TAGS) == []
    for element in outline.elements:
        assert not any(name.startswith("on") for name in element.attributes)
        assert not any(bad in value for value in element.attributes.values() for bad in HARMFUL), element
    links = [element.attributes.get("href") for element in outline.named("a")]
    assert links.count(ALLOWED) == 2
    assert "<strong>diez</strong>" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


async def test_the_mails_hold_no_raw_markup_and_no_dangerous_link(
    papers: Papers, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await papers.case.batch()
    outcome = await run(mailing(papers.case.database, email), batch)
    messages = mailbox.messages()
    assert outcome.sent == len(messages) > 3
    for message in messages:
        assert_is_harmless(message["html"])
        assert "\n" not in message["subject"]


async def test_the_sign_page_holds_no_raw_markup_and_no_dangerous_link(site: Site, papers: Papers) -> None:
    await papers.case.open_sign_on()
    token = await sign_link(papers.case, "casa-manantial")
    async with site.client() as browser:
        page = await browser.get(f"/s/{token}", follow_redirects=True)
    assert page.status_code == 200
    assert_is_harmless(page.text)
