"""Finds the name, alias, phone or place of a person who must not be known, however it is written."""

from security.leak_guard.guard import LeakGuard
from security.leak_guard.identity import secrets_of
from security.leak_guard.seams import Seam
from security.leak_guard.secret import Leak, Secret, SecretKind, line_and_column

__all__ = ["Leak", "LeakGuard", "Seam", "Secret", "SecretKind", "line_and_column", "secrets_of"]
