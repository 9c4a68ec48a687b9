import pytest

from models.messages import Batch
from storage.database import Database
from tests.integration.outbox_cases import Case, make_case


@pytest.fixture
async def case(database: Database) -> Case:
    """A case that may go out."""
    return await make_case(database)


@pytest.fixture
async def batch(case: Case) -> Batch:
    """The mails of its statement, frozen."""
    return await case.batch()
