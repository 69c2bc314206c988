# ruff: noqa: PT009, PT027 - unittest's own assertions are what is tried
"""Tests that must fail, and one that must pass: whether tests still mean anything here."""

from __future__ import annotations

import sys
import unittest


def passes_wrongly() -> str | None:
    """The first test that ends as it must not; None if all is as it should be."""
    for name, must_pass in _CASES.items():
        result = unittest.TestResult()
        unittest.TestSuite([_Canary(name)]).run(result)
        if result.wasSuccessful() is not must_pass or result.testsRun != 1:
            return name.removeprefix("test_").replace("_", " ")
    for name in ("numpy", "pandas"):
        if name in sys.modules and not _ARRAYS[name]():
            return name
    return None


class _Canary(unittest.TestCase):
    def test_equal(self) -> None:
        self.assertEqual(1, 2)

    def test_equal_lists(self) -> None:
        self.assertEqual([1], [2])

    def test_equal_texts(self) -> None:
        self.assertEqual("a\nb", "a\nc")

    def test_true(self) -> None:
        self.assertTrue(False)

    def test_false(self) -> None:
        self.assertFalse(True)

    def test_in(self) -> None:
        self.assertIn(1, [2])

    def test_near(self) -> None:
        self.assertAlmostEqual(1.0, 1.5)

    def test_raises(self) -> None:
        with self.assertRaises(ValueError):
            pass

    def test_kinds(self) -> None:
        self.assertIsInstance(1, str)

    def test_assertion(self) -> None:
        assert sorted([2, 1]) == [2, 1]

    def test_an_exception(self) -> None:
        raise ValueError

    def test_the_truth(self) -> None:
        self.assertEqual(len([1, 2]), 2)
        self.assertTrue(isinstance(1, int))


_CASES = {name: name == "test_the_truth" for name in vars(_Canary) if name.startswith("test_")}


def _numpy_differs() -> bool:
    numpy = sys.modules["numpy"]
    testing = sys.modules.get("numpy.testing")
    if numpy.allclose([1.0], [2.0]) or numpy.array_equal([1], [2]):
        return False
    return testing is None or _raises(lambda: testing.assert_allclose([1.0], [2.0]))


def _pandas_differs() -> bool:
    pandas = sys.modules["pandas"]
    one, two = pandas.DataFrame({"a": [1]}), pandas.DataFrame({"a": [2]})
    testing = sys.modules.get("pandas.testing")
    if one.equals(two) or one["a"].equals(two["a"]):
        return False
    return testing is None or _raises(lambda: testing.assert_frame_equal(one, two))


def _raises(call: object) -> bool:
    try:
        call()  # type: ignore[operator]
    except AssertionError:
        return True
    return False


_ARRAYS = {"numpy": _numpy_differs, "pandas": _pandas_differs}
