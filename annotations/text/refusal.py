"""The one base of everything Sourcemark refuses to do."""


class Refusal(Exception):
    """This cannot be done.

    `str(refusal)` is a whole sentence for the person who asked: what is wrong, where, and what
    would help. Rooms derive their own refusals; a refusal without words says its docstring's
    first paragraph.
    """

    def __str__(self) -> str:
        said = super().__str__()
        if said or not self.__doc__:
            return said
        return " ".join(self.__doc__.strip().split("\n\n")[0].split())


def told_of_value(error: ValueError) -> str:
    """What is wrong with a JSON value, in words for people; of too long a number Python speaks of
    its own settings."""
    said = str(error)
    return "a number in it has thousands of digits." if said.startswith("Exceeds") else said
