"""Sittings through HTTP: their length, undo, the reveal at the end, and what our script is sent."""

import re

import factories
import pytest

from jadelite.audit import people
from jadelite.domain.people import Preferences

PART = {"X-Requested-With": "jadelite"}
ANSWERS = {"answer-damaging": "yes", "answer-goodfaith": "no"}


def start(reader, **fields):
    return reader.get("/").post("/campaigns/a-campaign/start", **fields)


def prefer(services, reader, **wanted) -> None:
    """Let the signed-in reader prefer something."""
    name = re.search(r"R-[0-9A-Z]{7}", reader.get("/account").words)
    with services.database.reading() as session:
        from jadelite.db.tables import ReviewerRow  # noqa: PLC0415

        reviewer_id = session.query(ReviewerRow).filter_by(pseudonym=name.group()).one().reviewer_id
    actor = people.find_actor(services.database, reviewer_id)
    people.save_preferences(services.database, actor, Preferences(**wanted))


def save(reader, task: str, **fields):
    """Save as our script does: the answer without the frame of a page."""
    data = {"csrf_token": reader.token, **ANSWERS, **fields}
    return reader.client.post(task, data=data, headers=PART)


@pytest.mark.parametrize(("asked", "said"), [("10", "1 of 10"), ("30", "1 of 30")])
def test_a_sitting_is_as_long_as_asked(reader, services, asked, said) -> None:
    factories.make_campaign(services.database, services.clock())
    assert said in start(reader, length=asked).words


def test_an_open_end_counts_what_was_judged(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    assert "0 edits judged" in start(reader, length="open").words


def test_another_length_is_refused(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    assert start(reader, length="11").page.status_code == 422


def test_a_sitting_goes_on_where_it_stopped_also_in_another_browser(
    reader, new_reader, services
) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    start(reader).judge()
    assert "Go on: 1 of 10" in reader.get("/").words
    other = new_reader()
    other.client.set_cookie("jadelite", reader.client.get_cookie("jadelite").value)
    assert "Go on: 1 of 10" in other.get("/").words
    assert "2 of 10" in other.post("/campaigns/a-campaign/next").words


def test_the_result_ends_the_sitting(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    start(reader).judge()
    reader.post("/campaigns/a-campaign/finish")
    assert reader.path == "/campaigns/a-campaign/sitting"
    assert "You judged 1 edit. Thank you!" in reader.words
    assert "Go on" not in reader.get("/").words


def test_with_the_reveal_at_the_end_saving_leads_straight_on(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=2, k=3)
    reader.get("/account").post("/try")
    prefer(services, reader, reveals="end")
    first = start(reader).path
    reader.judge(note="a thought")
    assert re.fullmatch(r"/tasks/\d+", reader.path)
    assert reader.path != first
    assert "Saved." in reader.words
    kept = reader.get(f"{first}/reveal")
    assert kept.page.status_code == 200
    assert "at the end of this sitting" in kept.words
    assert "90.0%" not in kept.text
    reader.post("/campaigns/a-campaign/finish")
    assert "Same as the model" in reader.words
    assert "90.0%" in reader.get(f"{first}/reveal").words


def test_undo_before_the_reveal_brings_the_form_back_as_it_was(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=2, k=3)
    reader.get("/account").post("/try")
    prefer(services, reader, reveals="end")
    first = start(reader).path
    fields = {**ANSWERS, "note": "a thought", "tag": "vandalism"}
    reader.post(first, **fields)
    assert "Undo" in reader.words
    reader.post("/campaigns/a-campaign/undo", task=first.rsplit("/", 1)[-1])
    assert reader.path == first
    assert re.search(r'name="answer-damaging" value="yes" checked', reader.text)
    assert re.search(r'name="tag" value="vandalism" checked', reader.text)
    assert "a thought" in reader.text
    reader.judge("no", "yes")
    reader.post("/campaigns/a-campaign/finish")
    assert "You judged 1 edit. Thank you!" in reader.words


def test_undo_after_the_reveal_opens_the_form_for_a_change_and_goes_further_back(
    reader, services
) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    first = start(reader).path
    reader.judge()
    services.clock.move(seconds=9)
    second = reader.post("/campaigns/a-campaign/next").path
    reader.judge()
    services.clock.move(seconds=9)
    reader.post("/campaigns/a-campaign/next")
    for path in (second, first):
        task = re.search(r'name="task" value="(\d+)"', reader.text)
        reader.post("/campaigns/a-campaign/undo", task=task.group(1))
        assert reader.path == f"{path}/reveal"
        assert re.search(r'<details class="again" id="change" open', reader.text)
    assert 'name="task"' not in reader.text


def test_undo_with_nothing_to_undo_says_so(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    start(reader).post("/campaigns/a-campaign/undo")
    assert reader.page.status_code == 409


def test_reason_tags_are_kept_and_shown(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    start(reader)
    reader.post(reader.path, **ANSWERS, tag="vandalism")
    assert "Vandalism" in re.search(r'class="chips">(.*?)</p>', reader.text, re.DOTALL).group(1)


def test_what_was_said_otherwise_before_comes_back_to_be_sent_as_a_change(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    task = start(reader).path
    reader.judge("yes", "no")
    reader.post(task, **{**ANSWERS, "answer-damaging": "no", "note": "second thought"})
    assert reader.page.status_code == 409
    assert "second thought" in reader.text
    assert re.search(r'name="answer-damaging" value="no" checked', reader.text)


def test_our_script_gets_the_reveal_and_the_next_edit_in_one_answer(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    task = start(reader).path
    answer = save(reader, task)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Location"] == f"{task}/reveal"
    shown, following = page.split("<template data-next", 1)
    assert "<html" not in page
    assert "90.0%" in shown
    assert "90.0%" not in following
    url = re.search(r'data-url="(/tasks/\d+)"', following).group(1)
    assert url != task
    assert f'action="{url}"' in following
    assert "2 of 10" in following


def test_what_our_script_has_already_is_not_sent_again(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=60, k=3)
    task = start(reader).path
    data = {"csrf_token": reader.token}
    ahead = reader.client.post(f"{task}/touch?campaign=a-campaign", data=data).get_json()["ahead"]
    assert len(set(ahead)) == 3
    assert task not in ahead
    for path in ahead:
        page = reader.client.get(path, headers=PART).get_data(as_text=True)
        assert f'action="{path}"' in page
        assert "<html" not in page
    page = save(reader, task, have=" ".join(ahead)).get_data(as_text=True)
    following = page.split("<template data-next", 1)[1]
    assert f'data-url="{ahead[0]}"' in following
    assert "2 of 10" in following
    assert "<form" in following  # undo
    assert 'id="judge"' not in following


def test_the_same_answers_sent_again_by_our_script_are_stored_once(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    task = start(reader).path
    assert save(reader, task).status_code == 200
    assert save(reader, task).status_code == 200
    assert save(reader, task, **{"answer-damaging": "no"}).status_code == 409
    assert reader.get("/mine").text.count("/reveal") == 1


def test_an_incomplete_answer_of_our_script_gets_the_form_without_the_frame(
    reader, services
) -> None:
    factories.make_campaign(services.database, services.clock())
    task = start(reader).path
    answer = save(reader, task, **{"answer-damaging": ""})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "<html" not in page
    assert 'id="problem"' in page


def test_a_touch_of_what_is_not_held_tells_and_holds_nothing(reader, new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    task = start(reader).path
    stranger = new_reader().get("/account")
    stranger.post("/try").get("/account")
    data = {"csrf_token": stranger.token}
    answer = stranger.client.post(f"{task}/touch?campaign=a-campaign", data=data)
    assert (answer.status_code, answer.data) == (204, b"")
    assert stranger.get(task).page.status_code == 404


def test_saving_the_last_edit_of_the_day_still_shows_its_reveal(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    reader.get("/account").post("/try")
    prefer(services, reader, daily_cap=1)
    task = start(reader).path
    answer = save(reader, task)
    assert answer.status_code == 200
    assert "<template" not in answer.get_data(as_text=True)
    reader.get(f"{task}/reveal").post("/campaigns/a-campaign/next")
    assert reader.page.status_code == 409
    assert "limit for 24 hours" in reader.words


def test_a_rest_is_named_after_a_while_and_no_clock_is_shown(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    start(reader).judge()
    assert "rest" not in reader.words
    reader.post("/campaigns/a-campaign/next")
    services.clock.move(minutes=26)
    reader.judge()
    assert "A short rest is good for you" in reader.words


def test_no_page_shows_row_numbers_of_tasks(reader, services) -> None:
    """They rise, so that they would tell which edits were added above a threshold."""
    tasks = factories.make_campaign(services.database, services.clock(), n_edits=12, k=3)
    addresses = {reader.address_of(task_id) for task_id in tasks}
    reader.get("/").post("/campaigns/a-campaign/start")
    seen = [reader.path]
    for page in ("judge", "next", "judge", "kept"):
        if page == "next":
            reader.post("/campaigns/a-campaign/next")
        elif page == "judge":
            reader.judge()
        else:
            reader.get("/mine")
        seen += re.findall(r"/tasks/\d+", reader.text)
        seen += [f"/tasks/{n}" for n in re.findall(r'name="task" value="(\d+)"', reader.text)]
    asked = {"X-Requested-With": "jadelite", "X-CSRFToken": reader.token}
    held = reader.client.post(f"{seen[0]}/touch?campaign=a-campaign", headers=asked)
    seen += re.findall(r"/tasks/\d+", held.get_data(as_text=True))

    assert len(seen) > 8
    assert set(seen) <= addresses
    assert not addresses & {f"/tasks/{task_id}" for task_id in tasks}
