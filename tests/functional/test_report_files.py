"""A report's files, its lists, and the code's own words."""

import io
import json
import zipfile

import factories
import pytest
import report_samples as samples
from jsonschema import Draft202012Validator

FILES = "/reports/a-campaign/files"
LIST = "/reports/a-campaign/lists/model-sure"


@pytest.fixture
def report(services):
    """A frozen report of a closed campaign, with one list of three edits and one data file."""
    factories.make_campaign(services.database, services.clock())
    factories.set_state(services.database, "a-campaign", "closed", now=services.clock())
    made = samples.report()
    listed = (
        samples.listed(1),
        samples.listed(2, editor_kind="temporary", namespace=1),
        samples.listed(3, why="missed"),
    )
    files = {"lists.json": samples.lists_file(*listed), "edits.csv.gz": b"columns"}
    samples.store(services.database, made, files)
    return made


def test_the_report_as_json_keeps_its_published_schema(reader, report) -> None:
    schema = reader.client.get("/api/v1/schemas/report").get_json()
    answer = reader.client.get(f"{FILES}/report.json")

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(answer.get_json())
    assert answer.get_json()["snapshot"] == report.snapshot
    broken = answer.get_json() | {"questions": "none"}
    assert not Draft202012Validator(schema).is_valid(broken)


def test_a_file_is_an_attachment_with_its_licence_and_comes_once(reader, report) -> None:
    first = reader.client.get(f"{FILES}/thresholds.csv")
    again = reader.client.get(
        f"{FILES}/thresholds.csv", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert first.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "publicdomain/zero" in first.headers["Link"]
    assert report.snapshot[:32] in first.headers["ETag"]
    assert again.status_code == 304


def test_the_file_that_stands_alone_needs_nothing_else(reader, report) -> None:
    page = reader.client.get(f"{FILES}/report.html").get_data(as_text=True)

    assert "<style>" in page
    assert "<script" not in page
    assert "<link" not in page
    assert "<form" not in page
    assert 'href="/' not in page
    assert "really are damaging" in page


def test_everything_is_in_one_file_and_what_is_missing_is_said(reader, report) -> None:
    body = reader.client.get(f"{FILES}/report.zip").data
    packed = zipfile.ZipFile(io.BytesIO(body))

    assert {"report.json", "report.html", "thresholds.csv", "edits.csv.gz", "README.md"} <= set(
        packed.namelist()
    )
    assert packed.read("edits.csv.gz") == b"columns"
    readme = packed.read("README.md").decode()
    assert report.snapshot in readme
    assert "report.ipynb is not here" in readme
    assert reader.client.get(f"{FILES}/report.zip").data == body


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("report.json", "report.json"),
        ("edits.csv.gz", "edits.csv.gz"),
        ("lists.json", "lists.json"),
        ("report.html", "a-campaign-{snapshot}-report.html"),
        ("report.zip", "a-campaign-{snapshot}-report.zip"),
    ],
)
def test_what_the_notebook_reads_is_saved_under_the_name_it_reads(
    reader, report, name, saved
) -> None:
    answer = reader.client.get(f"{FILES}/{name}")

    saved = saved.format(snapshot=report.snapshot[:8])
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{saved}"'


@pytest.mark.parametrize("name", ["nope.csv", "report.ipynb", "..%2Fx", "edits.parquet"])
def test_a_file_that_is_not_there_is_not_found(reader, report, name) -> None:
    assert reader.get(f"{FILES}/{name}").page.status_code == 404


def test_without_a_report_there_are_no_files(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())

    assert reader.get(f"{FILES}/report.json").page.status_code == 404
    assert reader.get(LIST).page.status_code == 404


def test_a_list_can_be_narrowed_in_its_address(reader, report) -> None:
    assert "3 edits" in reader.get(LIST).words
    assert "1 edit" in reader.get(f"{LIST}?namespace=1").words
    assert "Page 1002" in reader.words
    assert "Page 1001" not in reader.words
    assert "2 edits" in reader.get(f"{LIST}?min_gap=0.75&editor_kind=newcomer").words
    assert "There are no such edits." in reader.get(f"{LIST}?question=goodfaith").words


@pytest.mark.parametrize(
    ("asked", "n"), [("", 2), ("?min_gap=", 2), ("?min_gap=0", 2), ("?min_gap=0.9", 1)]
)
def test_apart_is_the_score_from_the_share_of_yes_whatever_the_order_goes_by(
    reader, services, asked, n
) -> None:
    factories.make_campaign(services.database, services.clock())
    factories.set_state(services.database, "a-campaign", "closed", now=services.clock())
    lists = samples.lists_file(
        samples.listed(1, gap=-0.03, probability=0.9, n_yes=0, n_no=3, n_unsure=0),
        samples.listed(2, gap=0.95, probability=0.9, n_yes=1, n_no=2, n_unsure=0),
    )
    samples.store(services.database, samples.report(), {"lists.json": lists})

    assert f"{n} edit" in reader.get(f"{LIST}{asked}").words
    if asked != "?min_gap=":
        assert reader.client.get(f"/api/v1{LIST}{asked}").get_json()["n"] == n


def test_the_api_gives_the_same_list_page_by_page(reader, report) -> None:
    first = reader.client.get(f"/api/v1{LIST}?limit=2").get_json()
    rest = reader.client.get(f"/api/v1{LIST}?limit=2&cursor={first['next_cursor']}").get_json()

    assert (first["n"], [edit["rev_id"] for edit in first["edits"]]) == (3, [1001, 1002])
    assert [edit["rev_id"] for edit in rest["edits"]] == [1003]
    assert rest["next_cursor"] is None
    assert first["edits"][0]["page_title"] == "Page 1001"
    assert first["edits"][0]["n_no"] == 4


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x", "min_gap=2", "namespace=a"])
def test_an_odd_query_is_a_problem_and_no_crash(reader, report, query) -> None:
    answer = reader.client.get(f"/api/v1{LIST}?{query}")

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    if "limit" not in query:
        assert reader.get(f"{LIST}?{query}").page.status_code == 422


def test_an_unknown_list_is_not_found(reader, report) -> None:
    assert reader.get(LIST.replace("model-sure", "nope")).page.status_code == 404


def test_both_sides_notes_are_quoted(reader, new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=2)
    for answer, note in (("yes", "it removes the source"), ("no", "the source was dead")):
        one = new_reader().get("/")
        one.post("/campaigns/a-campaign/start").judge(answer, "yes", note)
    files = {"lists.json": samples.lists_file(samples.listed(1))}
    samples.store(services.database, samples.report(), files)

    words = reader.get(LIST).words

    assert words.index("it removes the source") < words.index("the source was dead")


def test_an_edit_that_is_judged_again_is_not_named(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())  # nobody has judged yet
    files = {"lists.json": samples.lists_file(samples.listed(1))}
    samples.store(services.database, samples.report(), files)

    assert "Page 1001" not in reader.get(LIST).words
    assert "1 more edit is still being judged and isn’t named yet." in reader.words
    answer = reader.client.get(f"/api/v1{LIST}").get_json()
    assert (answer["edits"], answer["n_masked"]) == ([], 1)
    assert reader.get(f"{FILES}/lists.json").page.status_code == 409
    assert "/edits/sample-fa/1001" not in reader.get("/reports/a-campaign").text


def test_narrowing_a_list_tells_nothing_of_an_edit_that_is_judged_again(
    reader, services, report
) -> None:
    """Whether a filter still counts it would tell its gap, its editor and its page."""
    plain = reader.client.get(f"/api/v1{LIST}").get_json()
    assert plain["n"] == 3
    factories.make_campaign(
        services.database, services.clock(), slug="again", first_rev_id=1002, n_edits=1
    )

    for query, n in (
        ("", 2),
        ("?namespace=1", 0),
        ("?editor_kind=temporary", 0),
        ("?min_gap=0.5", 2),
        ("?min_gap=0.75", 2),
        ("?question=goodfaith", 0),
        ("?limit=1", 2),
        ("?limit=1&cursor=1", 2),
    ):
        found = reader.client.get(f"/api/v1{LIST}{query}").get_json()
        assert (found["n"], found["n_masked"]) == (n, 1), query
        assert 1002 not in [edit["rev_id"] for edit in found["edits"]]
    # Of one kind of editor alone there is nothing to choose.
    assert 'value="temporary"' not in reader.get(LIST).text


def test_the_code_tells_in_its_own_words_how_a_figure_is_made(reader) -> None:
    reader.get("/methods/gwet_ac1?uselang=fa")

    assert '<pre class="code-words" lang="en" dir="ltr">' in reader.text
    assert "Gwet" in reader.words
    assert reader.get("/methods/sparkle").page.status_code == 404


def test_report_json_is_what_was_frozen(reader, report) -> None:
    got = json.loads(reader.client.get(f"{FILES}/report.json").data)

    assert got == json.loads(json.dumps(report.to_json()))
