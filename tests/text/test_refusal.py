from annotations.text.refusal import Refusal


class TooLate(Refusal):
    """This article was submitted.

    What stands below is for the reader of the code.
    """


def test_a_refusal_says_what_it_was_given():
    assert str(TooLate("Ask Alice.")) == "Ask Alice."


def test_a_refusal_without_words_says_its_docstring():
    assert str(TooLate()) == "This article was submitted."
