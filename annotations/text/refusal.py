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
