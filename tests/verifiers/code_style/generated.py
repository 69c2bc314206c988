"""Random Python programs, laid out carelessly: what formatters are for."""

from __future__ import annotations

import random

NAMES = (
    "x", "n", "value", "lower", "offset", "some_function_name", "argument_one", "result",
    "a_rather_long_name_for_a_thing", "self.attribute.method", "CONSTANT", "data",
)  # fmt: skip


class Writer:
    """Writes one program from a random source; the same source, the same program."""

    def __init__(self, source: random.Random) -> None:
        self._random = source

    def program(self) -> str:
        lines = ["import os"] * self._random.randint(0, 1)
        for _ in range(self._random.randint(1, 4)):
            lines += [""] * self._random.choice((0, 0, 1, 2, 4))
            lines += self._statement(0, 2)
        return "\n".join(lines) + "\n"

    def _pick(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _gap(self) -> str:
        return self._pick("", "", " ", " ", " ", "  ")

    def _name(self) -> str:
        return self._random.choice(NAMES)

    def _word(self) -> str:
        return self._name().replace(".", "_")

    def _statement(self, depth: int, left: int) -> list[str]:
        pad = "    " * depth
        kinds = ["assign", "assign", "call", "return_", "comment", "assert_", "multi"]
        if left > 0:
            kinds += ["if_", "def_", "for_", "with_", "class_"]
        kind = self._random.choice(kinds)
        g = self._gap
        if kind == "assign":
            return [f"{pad}{self._word()}{g()}={g()}{self._expression(3)}{self._tail()}"]
        if kind == "call":
            return [f"{pad}{self._call(3)}{self._tail()}"]
        if kind == "return_":
            return [f"{pad}del {self._word()}{self._pick('', ';', ' ;')}"]
        if kind == "comment":
            return [
                f"{pad}#{self._pick('', ' ', '  ')}{self._word()} "
                + "word " * self._random.randint(0, 16)
            ]
        if kind == "assert_":
            return [f"{pad}assert {self._expression(2)},{g()}{self._text()}"]
        if kind == "multi":
            return [
                f"{pad}{self._word()}{g()}={g()}1{g()};{g()}{self._word()} = {self._expression(1)}"
            ]
        body: list[str] = []
        for _ in range(self._random.randint(1, 2)):
            body += [""] * self._random.choice((0, 0, 0, 1, 3))
            body += self._statement(depth + 1, left - 1)
        if all(not line.strip() or line.strip().startswith("#") for line in body):
            body.append(f"{pad}    pass")
        if kind == "if_":
            return [f"{pad}if {self._expression(2)}{g()}:", *body]
        if kind == "for_":
            return [f"{pad}for {self._word()} in {self._expression(1)}:", *body]
        if kind == "with_":
            return [f"{pad}with {self._call(1)} as {self._word()}:", *body]
        if kind == "class_":
            return [
                f"{pad}class {self._word().title()}{self._pick('', '()', '( object )')}:",
                *body,
            ]
        return [
            f"{pad}def {self._word()}({self._arguments()}){self._pick('', ' -> int', '->int')}:",
            *body,
        ]

    def _tail(self) -> str:
        return self._pick("", "", "", " ", "  # note", " #note")

    def _arguments(self) -> str:
        count = self._random.randint(0, 5)
        parts = []
        for i in range(count):
            annotation = self._pick("", ": int", ":int")
            default = self._pick("", "=1", " = 1")
            parts.append(f"{self._word()}_{i}{annotation}" + (default if i >= count - 1 else ""))
        return f",{self._gap()}".join(parts)

    def _text(self) -> str:
        quote = self._pick("'", '"')
        return quote + "text " * self._random.randint(0, 12) + quote

    def _call(self, left: int) -> str:
        g = self._gap
        arguments = [self._expression(left - 1) for _ in range(self._random.randint(0, 4))]
        end = "," if arguments and self._random.random() < 0.15 else ""
        return f"{self._name()}({g()}{f',{g()}'.join(arguments)}{end}{g()})"

    def _slice(self, left: int) -> str:
        g = self._gap
        low, high = self._expression(left - 1), self._expression(left - 1)
        step = f"{g()}:{g()}{self._word()}" if self._random.random() < 0.3 else ""
        return f"{self._word()}[{self._pick('', low)}{g()}:{g()}{self._pick('', high)}{step}]"

    def _expression(self, left: int) -> str:
        if left <= 0:
            return self._pick(self._name(), "1", "-x", self._text())
        g = self._gap
        kind = self._random.randrange(10)
        one, two = self._expression(left - 1), self._expression(left - 2)
        if kind == 0:
            return self._call(left)
        if kind in (1, 2):
            return self._slice(left)
        if kind == 3:
            return f"{{{g()}'key'{g()}:{g()}{one},{g()}\"other\": {two}}}"
        if kind == 4:
            return f"[{one},{g()}{two}{self._pick('', ',')}]"
        if kind == 5:
            return f"({one} {self._pick('and', 'or', '+', '-', '==', '<')} {two})"
        if kind == 6:
            return f"{one}{g()}{self._pick('+', '*', '-', '**', '//', '==')}{g()}{two}"
        if kind == 7:
            return f"({self._word()} := {one})"
        if kind == 8:
            return f"(lambda {self._word()}:{g()}{one})"
        return self._name()


def program(seed: int) -> str:
    return Writer(random.Random(seed)).program()
