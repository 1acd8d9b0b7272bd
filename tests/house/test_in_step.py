"""What is written twice says the same: migrations and models, documents and what they point to. (M-08)"""

from __future__ import annotations

import io
import re
import sys
from importlib.metadata import packages_distributions

import pytest
from django.core.management import call_command

from chengguan.config import documents
from tests.house import source

DOCUMENTS = sorted(
    each for each in (*source.REPOSITORY.glob("*.md"), *source.REPOSITORY.glob("docs/**/*.md"), *source.PACKAGE.glob("subsystems/*/README.md"))
)


@pytest.mark.django_db
def test_every_model_has_its_migration() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, interactive=False, stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


@pytest.mark.parametrize("document", DOCUMENTS, ids=source.named)
def test_links_between_documents_lead_somewhere(document) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
    broken = [
        target
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
        if not re.match(r"[a-z]+:", target) and not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_index_names_every_document() -> None:
    docs = source.REPOSITORY / "docs"
    index = (docs / "README.md").read_text()
    pages = [each.relative_to(docs) for each in sorted(docs.rglob("*.md")) if each != docs / "README.md"]
    forgotten = [str(page) for page in pages if str(page) not in index and f"({page.parent}/)" not in index]
    assert forgotten == []


def test_what_a_lock_pins_is_what_was_asked_for() -> None:
    """Each direct dependency stands in its lock file with a hash."""
    for name in ("core", "dev"):
        wanted = (source.REPOSITORY / "requirements" / f"{name}.in").read_text().split()
        lock = (source.REPOSITORY / "requirements" / f"{name}.lock").read_text().lower()
        for line in wanted:
            package = re.match(r"[A-Za-z0-9_.-]+", line)
            if package and not line.startswith("-") and not line.endswith(".in"):
                assert f"\n{package[0].lower()}==" in f"\n{lock}" or f"\n{package[0].lower()}[" in lock, package[0]


def test_every_direct_dependency_has_its_reason_and_licence_on_the_page() -> None:
    page = (source.REPOSITORY / "docs" / "dependencies.md").read_text().lower()
    runtime, tests = page.split("tests and lint:")
    asked = {name: _asked_in(name) for name in ("core", "dev")}
    named = {"core": runtime.replace("psycopg 3", "psycopg"), "dev": page}
    missing = {
        name: [package for package in packages if not re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", named[name])]
        for name, packages in asked.items()
    }
    assert missing == {"core": [], "dev": []}
    assert tests


def _asked_in(name: str) -> list[str]:
    lines = (source.REPOSITORY / "requirements" / f"{name}.in").read_text().splitlines()
    return [found[0].lower() for line in lines if not line.startswith("-") and (found := re.match(r"[A-Za-z0-9_.-]+", line))]


def test_what_the_program_imports_is_in_its_own_lock_not_only_in_the_tools() -> None:
    lock = (source.REPOSITORY / "requirements" / "core.lock").read_text().lower()
    locked = {re.sub(r"[-_.]+", "-", name) for name in re.findall(r"^([a-z0-9_.-]+)(?:\[[^\]]*\])?==", lock, flags=re.M)}
    homes = packages_distributions()
    missing = set()
    for path in source.modules():
        for top in {name.split(".")[0] for name in source.imports(path)} - set(sys.stdlib_module_names) - {"chengguan"}:
            given = {re.sub(r"[-_.]+", "-", each.lower()) for each in homes.get(top, [])}
            if not given & locked:
                missing.add(f"{source.named(path)}: {top}")
    assert missing == set()


@pytest.mark.parametrize("name", sorted(documents.PAGES))
def test_a_generated_page_says_what_the_code_says(name: str) -> None:
    """`make docs` writes them anew."""
    assert (source.REPOSITORY / "docs" / "reference" / name).read_text() == documents.write(name)
