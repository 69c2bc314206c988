"""The laws that a verifier is held to, a class each."""

from __future__ import annotations

from assay.testing.laws.declared import (
    CheapImport,
    CostIsTrue,
    Loads,
    NamesItself,
    NoFiles,
    NoNetwork,
    NoProcesses,
    ReadsOnlyItsNeeds,
    ScoresAtItsLevels,
    TravelsToWorkers,
)
from assay.testing.laws.honest import (
    EchoEarnsNothing,
    EmptyEarnsNothing,
    HonestAboutUndecided,
    MeetsItsExamples,
    SignatureFollowsBehaviour,
)
from assay.testing.laws.law import Breach, Law, NotChecked
from assay.testing.laws.robust import (
    HoldsDeadline,
    LeavesSamplesUntouched,
    LetsOthersWait,
    NoCrash,
    RunsNoCompletion,
    ScoreInRange,
)
from assay.testing.laws.sameness import (
    SameInABatch,
    SameInAnotherProcess,
    SameInAnyOrder,
    SameThroughWorkers,
    SameTwice,
)

LAWS: tuple[Law, ...] = (
    Loads(),
    CheapImport(),
    TravelsToWorkers(),
    MeetsItsExamples(),
    HonestAboutUndecided(),
    EmptyEarnsNothing(),
    EchoEarnsNothing(),
    NamesItself(),
    ScoreInRange(),
    ScoresAtItsLevels(),
    ReadsOnlyItsNeeds(),
    NoCrash(),
    HoldsDeadline(),
    LetsOthersWait(),
    CostIsTrue(),
    RunsNoCompletion(),
    NoNetwork(),
    NoFiles(),
    NoProcesses(),
    LeavesSamplesUntouched(),
    SameTwice(),
    SameInAnotherProcess(),
    SameInAnyOrder(),
    SameInABatch(),
    SameThroughWorkers(),
    SignatureFollowsBehaviour(),
)
"""In the order of the report."""

__all__ = ["LAWS", "Breach", "Law", "NotChecked"]
