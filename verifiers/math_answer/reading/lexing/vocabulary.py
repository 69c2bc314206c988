"""The words of the notation: which names are functions, constants, relations, style."""

from __future__ import annotations

from assay.verifiers.math_answer.tree import BINARY

FUNCTIONS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc",
    "tg": "tan", "ctg": "cot", "cosec": "csc",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arccot": "acot", "arcsec": "asec",
    "arccsc": "acsc", "asin": "asin", "acos": "acos", "atan": "atan", "acot": "acot",
    "arctg": "atan", "asec": "asec", "acsc": "acsc",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "coth": "coth", "sech": "sech",
    "csch": "csch", "arsinh": "asinh", "asinh": "asinh", "arcsinh": "asinh", "acosh": "acosh",
    "arccosh": "acosh", "arcosh": "acosh", "atanh": "atanh", "arctanh": "atanh", "artanh": "atanh",
    "ln": "ln", "log": "log", "lg": "lg", "exp": "exp", "sqrt": "sqrt", "cbrt": "cbrt",
    "abs": "abs", "Abs": "abs", "gcd": "gcd", "lcm": "lcm", "max": "max", "min": "min",
    "floor": "floor", "ceil": "ceil", "ceiling": "ceil", "factorial": "factorial",
    "binomial": "binom", "Gamma": "gamma", "gamma": "gamma", "zeta": "zeta",
    "det": "det", "arg": "arg", "cis": "cis",
    "sgn": "sgn", "sign": "sgn", "Re": "re", "Im": "im", "erf": "erf", "Rational": "rational",
    "sup": "sup", "inf": "inf", "deg": "degree", "dim": "dim", "ker": "ker", "rank": "rank",
    "rk": "rank", "tr": "tr", "Tr": "tr", "trace": "tr", "nullity": "nullity", "Var": "Var",
    "Cov": "Cov", "Corr": "Corr", "Res": "Res", "Pr": "Pr", "ord": "ord", "vol": "vol",
    "Vol": "vol", "div": "div", "curl": "curl", "grad": "grad", "limsup": "limsup",
    "GCD": "gcd", "HCF": "gcd", "LCM": "lcm", "nCr": "binom", "nPr": "arrangements",
    "liminf": "liminf", "argmax": "argmax", "argmin": "argmin", "Li": "Li",
}  # fmt: skip
"""Name as written -> operation of the tree."""

OF_THINGS = frozenset({"deg", "dim", "ker", "rank", "tr", "Tr", "trace", "rk", "nullity", "Var",
                       "Cov", "Corr", "Res", "Pr", "ord", "vol", "Vol", "det", "max", "min", "sup",
                       "inf", "limsup", "liminf", "argmax", "argmin", "div", "curl", "grad", "Re",
                       "Im"})  # fmt: skip
r"""Names that are functions before a bracket, an index or a name: ``\text{rank } A``."""

ONLY_CALLED = OF_THINGS | {"abs", "gamma", "zeta", "Gamma", "factorial", "binomial", "arg", "sgn",
                           "sign", "erf", "GCD", "HCF", "LCM", "nCr", "nPr", "floor", "ceil",
                           "ceiling", "Rational", "Li", "sec", "Abs"}  # fmt: skip
"""Names that are functions only where a bracket (or, of a LaTeX command, anything) follows."""

GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta",
    "vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "rho", "varrho", "sigma", "tau",
    "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Phi", "Psi", "Omega", "ell", "hbar", "imath", "jmath", "mho", "nabla",
    "partial", "aleph", "Re", "Im",
})  # fmt: skip

NAMES = {
    "pi": "pi", "infty": "infinity", "infinity": "infinity", "oo": "infinity", "inf": "infinity",
    "emptyset": "emptyset", "varnothing": "emptyset", "dots": "dots", "ldots": "dots",
    "cdots": "dots", "dotsc": "dots", "dotsm": "dots", "dotsb": "dots", "hdots": "dots",
    "varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho",
    "imath": "i", "jmath": "j", "ell": "ell", "vdots": "dots",
}  # fmt: skip
"""Spelling -> name in the tree."""

RELATIONS = {
    "le": "<=", "leq": "<=", "leqslant": "<=", "leqq": "<=", "lt": "<", "ge": ">=", "geq": ">=",
    "geqslant": ">=", "geqq": ">=", "gt": ">", "ne": "!=", "neq": "!=", "approx": "~",
    "approxeq": "~", "simeq": "~", "cong": "~", "doteq": "~", "thickapprox": "~", "equiv": "=",
    "coloneqq": "=", "in": "in", "notin": "notin", "ni": "ni", "subset": "subset",
    "subseteq": "subset", "to": "to", "rightarrow": "to", "mapsto": "to", "sim": "sim",
    "propto": "propto", "mid": "|", "parallel": "parallel", "perp": "perp",
    "Rightarrow": "=>", "implies": "=>", "Longrightarrow": "=>", "iff": "=>",
    "Leftrightarrow": "=>", "longrightarrow": "to", "supseteq": "supset", "gets": "leftarrow",
    "longleftarrow": "leftarrow", "precsim": "prec", "succsim": "succ",
    **{name: name for name in (
        "supset", "subsetneq", "supsetneq", "nsubseteq", "sqsubseteq", "sqsupseteq", "ll", "gg",
        "lll", "ggg", "lesssim", "gtrsim", "nless", "ngtr", "nleq", "ngeq", "nmid", "prec", "succ",
        "preceq", "succeq", "vdash", "dashv", "models", "trianglelefteq", "trianglerighteq",
        "triangleleft", "triangleright", "leftarrow", "hookrightarrow", "twoheadrightarrow",
        "rightharpoonup",
    )},
}  # fmt: skip
"""Command -> relation. One with a direction belongs here: of names the order does not count."""

OPERATORS = {
    "cdot": "*", "times": "*", "ast": "*", "bullet": "*", "div": "/", "pm": "pm", "mp": "mp",
    "cup": "cup", "bigcup": "cup", "cupdot": "cup", "cap": "cap", "setminus": "setminus",
    "backslash": "setminus", "land": "and", "wedge": "and", "lor": "or", "vee": "or", "colon": ":",
    "bmod": "mod", "mod": "mod", "prime": "'", "degree": "deg", "circ": "circ",
    **{name: name for name in BINARY - {"wedge"}},
}  # fmt: skip

BRACKETS = {
    "lbrace": ("open", "set{"), "rbrace": ("close", "set}"), "lbrack": ("open", "["),
    "rbrack": ("close", "]"), "langle": ("open", "langle"), "rangle": ("close", "rangle"),
    "lfloor": ("open", "lfloor"), "rfloor": ("close", "rfloor"), "lceil": ("open", "lceil"),
    "rceil": ("close", "rceil"),
}  # fmt: skip
"""Command -> kind and value of its token."""

GRIDS = frozenset({
    "matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "Bmatrix", "smallmatrix", "array",
    "cases",
})  # fmt: skip
"""Environments with rows and columns."""

NUMBER_SETS = {
    "R": "reals", "Z": "integers", "N": "naturals", "Q": "rationals", "C": "complexes",
}  # fmt: skip
r"""Letter in ``\mathbb{...}`` -> name in the tree."""

STYLE = frozenset({
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl",
    "biggr", "Biggl", "Biggr", "bigm", "displaystyle", "textstyle", "scriptstyle", "limits",
    "nolimits", "middle", "mathstrut", "strut", "hfill", "hline", "noindent", "nonumber",
    "normalsize", "large", "Large", "small", "rm", "bf", "it", "sf", "tt", "boldmath",
    "centering", "notag", "allowbreak", "raggedright", "forall", "exists", "therefore", "because",
    "qquad", "quad", "newline", "linebreak", "par", "cr", "enspace", "thinspace", "hspace",
    "vspace", "dagger", "checkmark", "square",
    "blacksquare", "qed", "triangle", "angle",
})  # fmt: skip
"""Commands that say how something looks (or are left out of an answer): skipped."""

TEXT = frozenset({
    "text", "textbf", "textit", "textrm", "textnormal", "textup", "textsf", "mbox", "hbox",
    "mathrm", "mathit", "operatorname", "operatornamewithlimits", "mathsf", "textcolor", "mathtt",
    "texttt", "emph", "underline", "boxed", "fbox", "bm", "boldsymbol", "mathbf", "mathcal",
    "mathbb", "mathscr", "mathfrak", "pmb", "ensuremath", "phantom", "color",
})  # fmt: skip

BOLD = frozenset({"mathbf", "bm", "boldsymbol", "pmb", "underline"})
"""Commands that make vectors and matrices of letters."""

WORDS = frozenset({
    "text", "textbf", "textit", "textrm", "textnormal", "textup", "textsf", "mbox", "hbox",
    "mathrm", "mathit", "operatorname", "mathsf", "mathtt", "texttt", "emph",
})  # fmt: skip
"""Commands whose argument is read as words."""

ACCENTS = frozenset({
    "bar", "vec", "hat", "tilde", "widehat", "widetilde", "overrightarrow", "overleftarrow",
    "dot", "ddot", "overleftrightarrow",
})  # fmt: skip

AND = frozenset({"and", "AND", "und", "et", "y", "&"})
OR = frozenset({"or", "OR", "oder", "ou"})

CONJUNCTIONS = (
    ("以及", "and"), ("并且", "and"), ("且", "and"), ("和", "and"), ("及", "and"), ("与", "and"),
    ("與", "and"), ("或者", "or"), ("或是", "or"), ("或", "or"), ("または", "or"), ("と", "and"),
    ("そして", "and"), ("かつ", "and"), ("또는", "or"), ("그리고", "and"), ("и", "and"),
    ("или", "or"), ("أو", "or"), ("और", "and"), ("या", "or"), ("và", "and"), ("hoặc", "or"),
    ("และ", "and"), ("หรือ", "or"),
)  # fmt: skip
"""Words between values, outside ASCII, the longer ones first; what they mean."""

SHORT_CONJUNCTIONS = {"y": "and", "e": "and", "o": "or", "u": "or"}
"""Spanish, Italian and Portuguese words of one letter; elsewhere the letters are names."""

TWO_LETTER_WORDS = frozenset({
    "no", "if", "is", "in", "on", "or", "as", "at", "be", "by", "do", "go", "he", "it", "me",
    "my", "of", "so", "to", "up", "us", "we", "an", "am", "NO", "No", "Is", "It", "If", "In",
    "As", "pm", "PM", "AM",
})  # fmt: skip

PRODUCT_SETS = ("abcd", "pqrs", "rstuvw", "wxyz", "klmn", "ijk", "abxyz", "mnpq",
                "ABCD", "WXYZ", "PQRS")  # fmt: skip


def is_product(word: str) -> bool:
    """Whether a run of letters reads as a product of one-letter names (``xyz``), not as a word."""
    if len(word) == 2:
        return word not in TWO_LETTER_WORDS
    return (
        len(word) <= 5
        and list(word) == sorted(set(word))
        and (any(set(word) <= set(letters) for letters in PRODUCT_SETS))
    )
