"""Commands that come in groups, such as `consents list`."""

from collections.abc import Callable

import typer

from console import (
    audience,
    auditing,
    check_ins,
    clocks,
    consents,
    contact_lists,
    contacts,
    documents,
    editorial,
    facts,
    inbound,
    invitations,
    milestones,
    partner_systems,
    partners,
    people,
    questions,
    responses,
    submissions,
    suppressions,
    windows,
)

GROUPS: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
    "audience": ("See and narrow to whom releases go.", {"show": audience.show, "set": audience.select}),
    "targets": ("Complete the offices that a case addresses.", {"add-address": audience.add_address}),
    "audit": ("Check what was done.", {"verify": auditing.verify}),
    "consents": (
        "See, record and take back what people at risk allow.",
        {
            "list": consents.list_consents,
            "add": consents.add,
            "revoke": consents.revoke,
            "pass": people.pass_on,
        },
    ),
    "check-ins": (
        "See and answer whether there is news.",
        {"list": check_ins.list_check_ins, "answer": check_ins.answer},
    ),
    "people": (
        "Change how people at risk appear, and add some.",
        {"visibility": people.visibility, "add": facts.widen},
    ),
    "facts": (
        "Report that facts changed: old demands stop at once; see what is needed to replace them.",
        {"report": facts.report, "list": facts.list_facts, "show": facts.show},
    ),
    "sources": ("Complete where facts come from.", {"add": people.add_source}),
    "documents": (
        "Write and approve documents.",
        {
            "list": documents.list_documents,
            "show": documents.show_version,
            "add": documents.add,
            "version": documents.write_version,
            "approve": documents.approve,
            "diff": documents.difference,
            "confirm-editorial": editorial.confirm_editorial,
        },
    ),
    "partners": (
        "Keep the partners.",
        {
            "import": partners.import_partners,
            "export": partners.export,
            "list": partners.list_partners,
            "show": partners.show,
            "status": partners.status,
            "compromised": partners.compromised,
            "restore": partners.restore,
            "logo": partners.logo,
            "changes": partners.changes,
            "approve": partners.approve,
            "refuse": partners.refuse,
            "rotate-secret": partner_systems.rotate_secret,
            "end-rotation": partner_systems.end_rotation,
            "make-key": partner_systems.make_key,
            "revoke-key": partner_systems.revoke_key,
        },
    ),
    "sign-on": (
        "See, move and end the time in which partners sign.",
        {
            "show": windows.show,
            "extend": windows.extend,
            "shorten": windows.shorten,
            "end": windows.end,
            "invite": windows.invite,
        },
    ),
    "invitations": (
        "See to the links of invited partners.",
        {
            "list": invitations.list_invitations,
            "reissue": invitations.reissue,
            "revoke": invitations.revoke,
        },
    ),
    "questions": (
        "Read and answer what partners ask before they sign.",
        {"list": questions.list_questions, "answer": questions.answer},
    ),
    "responses": (
        "See what targets answered, and the files that came with it.",
        {
            "list": responses.list_responses,
            "show": responses.show,
            "attach": responses.attach,
            "fetch": responses.fetch,
        },
    ),
    "milestones": (
        "Keep the days that matter in a case.",
        {
            "list": milestones.list_milestones,
            "add": milestones.add,
            "show": milestones.show,
            "move": milestones.move,
            "held": milestones.held,
            "cancel": milestones.cancel,
            "done": milestones.done,
        },
    ),
    "inbound": (
        "Read mails that came in, and say what they are.",
        {
            "list": inbound.list_mails,
            "show": inbound.show,
            "confirm": inbound.confirm,
            "dismiss": inbound.dismiss,
        },
    ),
    "steps": (
        "Decide about what is proposed where a target does not answer.",
        {"show": clocks.show, "approve": clocks.approve, "done": clocks.done, "dismiss": clocks.dismiss},
    ),
    "submissions": (
        "Draft submissions to mechanisms, and say which were sent.",
        {"list": submissions.list_submissions, "draft": submissions.draft, "sent": submissions.sent},
    ),
    "suppressions": (
        "See and lift what must not be written to.",
        {"list": suppressions.list_suppressions, "lift": suppressions.lift},
    ),
    "contacts": (
        "Keep the contacts.",
        {
            "import": contacts.import_contacts,
            "export": contacts.export,
            "list": contacts.list_contacts,
            "show": contacts.show,
            "remove": contacts.remove,
            "log": contacts.log,
        },
    ),
    "lists": (
        "Keep the lists that contacts stand on.",
        {
            "list": contact_lists.list_lists,
            "set": contact_lists.set_list,
            "remove": contact_lists.remove,
        },
    ),
}


def add_groups(app: typer.Typer) -> None:
    """Register every group with its commands."""
    for name, (told, commands) in GROUPS.items():
        group = typer.Typer(help=told, no_args_is_help=True, rich_markup_mode=None)
        group.callback()(_group)
        for command, function in commands.items():
            group.command(command)(function)
        app.add_typer(group, name=name)


def _group() -> None:
    """Keep a command of its own what is the only one of its group."""
