"""Which files of a directory are read, and how."""

import json
from pathlib import Path

import pytest

from console.directory_files import LARGEST_YAML_CHARACTERS, read_directory_file
from console.errors import BadInputError
from models.contact_csv import CONTACTS_TABLE
from models.yaml_tree import read_yaml

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_json_is_read_as_the_yaml_of_the_same_tree(tmp_path: Path) -> None:
    tree = read_yaml((EXAMPLES / "contacts.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "contacts.JSON"
    file.write_text(json.dumps(tree), encoding="utf-8")
    assert read_directory_file(file, CONTACTS_TABLE).tree == tree


def test_yaml_that_would_fill_the_memory_is_refused_with_what_to_write(tmp_path: Path) -> None:
    file = tmp_path / "contacts.yaml"
    file.write_text("contacts:\n" + "- id: ana\n" * (LARGEST_YAML_CHARACTERS // 10 + 1), encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        read_directory_file(file, CONTACTS_TABLE)
    (problem,) = refused.value.problems
    assert "too long" in problem.rule
    assert "CSV" in problem.remedy


def test_the_same_list_as_json_is_read(tmp_path: Path) -> None:
    contacts = [{"id": f"ana-{number}"} for number in range(LARGEST_YAML_CHARACTERS // 15)]
    file = tmp_path / "contacts.json"
    file.write_text(json.dumps({"contacts": contacts}), encoding="utf-8")
    assert file.stat().st_size > LARGEST_YAML_CHARACTERS
    assert read_directory_file(file, CONTACTS_TABLE).tree == {"contacts": contacts}


def test_json_that_is_damaged_is_refused_by_its_place(tmp_path: Path) -> None:
    file = tmp_path / "contacts.json"
    file.write_text('{"contacts": [}', encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        read_directory_file(file, CONTACTS_TABLE)
    assert [problem.field for problem in refused.value.problems] == ["line 1, column 15"]
