from annotations.marking.forms import attribute_field


def test_the_sentence_form_keeps_choices_that_are_no_longer_offered() -> None:
    choices = [
        {"value": "outlet", "title": "The outlet", "archived": True},
        {"value": "source", "title": "The source"},
    ]
    attribute = {"title": "Who", "kind": "choice", "required": False, "choices": choices}
    assert list(attribute_field(attribute).choices) == [
        ("", "—"),
        ("outlet", "The outlet (no longer offered)"),
        ("source", "The source"),
    ]
