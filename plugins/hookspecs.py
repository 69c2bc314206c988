"""The contract of a plugin: what Assay calls, when, and what it wants back.

A plugin is a distribution with an entry point in the group ``assay``::

    [project.entry-points.assay]
    sql = "assay_sql.plugin"

The entry point names a module (or an object) with functions marked ``@assay.hookimpl``.
Nothing mutable is passed in. Assay's own verifiers register through these hooks too.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from assay.plugins.log_readers import LogReaderSpec
from assay.plugins.markers import PROJECT
from assay.plugins.probe import ProbeSpec
from assay.plugins.spec import ComposerSpec, VerifierSpec

hookspec = pluggy.HookspecMarker(PROJECT)


@hookspec
def assay_verifiers() -> Iterable[VerifierSpec]:
    """Offer verifiers under new names.

    Called once, when a host is built. Keep it cheap: a spec names its factory as
    ``"package.module:factory"``, which is imported on first use.

    :returns:
        Specs, each with a `name` of the form ``topic.what@version``. Raise the version whenever
        the same sample could now score differently. Functions marked with `@assay.verifier`
        may stand among them.
    :raises:
        Whatever you raise becomes a `PluginError` naming your plugin; the other plugins still
        load.

    A name that is already taken is an error, not an override.
    """
    return ()


@hookspec
def assay_composers() -> Iterable[ComposerSpec]:
    """Offer kinds of rubrics: new ways to make one number of several scores.

    Called once, when a host is built. A spec names a subclass of `assay.Rubric` as
    ``"package.module:Class"`` (in a one-file plugin ``f"{__name__}:Class"``), which is imported
    when a rubric first uses its `kind`.

    :returns:
        Specs, each with the `kind` that the class declares. The class states its `parts` and a
        `formula` over floats that is monotone in each part (`sign` says which way): missing
        scores are replaced by what that makes the worst. Certificates of rubrics with a composer
        of yours are searched for counterexamples and never say ``proved``.
    :raises:
        Whatever you raise becomes a `PluginError` naming your plugin; the other plugins still
        load.

    A kind that is already taken, by Assay or another plugin, is an error, not an override.
    """
    return ()


@hookspec
def assay_log_readers() -> Iterable[LogReaderSpec]:
    """Offer readers of logs: files of other trainers and tools, for `assay audit`.

    Called once, when a host is built. A spec names its reader as ``"package.module:object"`` (in
    a one-file plugin ``f"{__name__}:object"``), which is imported when a log is first read.

    :returns:
        Specs, each with a `name` that ``--reader`` can name. The reader knows its own files by
        their beginning (`claims`) and yields rows (`rows`): see `assay.plugins.log_readers`.
    :raises:
        Whatever you raise becomes a `PluginError` naming your plugin; the other plugins still
        load.

    A name that is already taken, by Assay or another plugin, is an error, not an override.
    """
    return ()


@hookspec
def assay_probes() -> Iterable[ProbeSpec]:
    """Offer probes: attacks that `assay probe` and `assay audit` try on a rubric.

    Called once, when a host is built. A spec names a function as ``"package.module:function"``
    (in a one-file plugin ``f"{__name__}:function"``), which is imported when probes are first run
    and called once for each prompt, in the calling process, with a `ProbeTask`.

    :returns:
        Specs, each with a `name` of the form ``family.what`` and a `claim`. Claim ``wrong`` only
        for completions that are wrong by construction: a finding against a rubric rests on it.
    :raises:
        Whatever you raise becomes a `PluginError` naming your plugin; the other plugins still
        load. What the function raises is shown on the board, beside the probe's name.

    A name that is already taken is an error, not an override.
    """
    return ()
