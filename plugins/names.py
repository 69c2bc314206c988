"""Whose a verifier's name is, and which offer a rubric means by it.

A topic (``math.answer``) belongs to one distribution: to Assay for its own, else to the only one
that offers it. What is installed besides never changes what a bare name means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assay.errors import PluginError, nearest
from assay.plugins.entry_points import normal
from assay.plugins.markers import PROJECT
from assay.plugins.registered import Offer


class OfferNames:
    """Every offer, and what each name means."""

    def __init__(self) -> None:
        self._offers: list[Offer] = []
        self._explicit: list[Offer] = []
        """Of files and objects that the caller named, so that they are meant."""
        self.meant: dict[str, Offer] = {}
        """Name with version -> the offer that is meant by it."""
        self.foreign: tuple[Offer, ...] = ()
        """Offers under a name that belongs to another distribution."""
        self._newest: dict[str, Offer] = {}
        self._contested: dict[str, list[Offer]] = {}

    def take(self, offer: Offer, explicit: bool) -> Offer | None:
        """Note an offer; one of the same name that stands in its way is returned instead.

        Two distributions that offer one name are recognised by `settle`, so that a rubric can still
        choose; where the caller named one of the two, that is an error at once.
        """
        for other in self._offers:
            if other.spec.name != offer.spec.name:
                continue
            same = other.spec == offer.spec and other.file == offer.file
            if same and other.local is offer.local:
                return None  # the same object offered by two ways of the same plugin
            if explicit or other in self._explicit or other.owner == offer.owner:
                return other
        self._offers.append(offer)
        if explicit:
            self._explicit.append(offer)
        return None

    def settle(self) -> Iterator[PluginError]:
        """Decide whose each topic is; an error for every offer that is not meant by its name."""
        topics: dict[str, list[Offer]] = {}
        for offer in self._offers:
            topics.setdefault(offer.spec.topic, []).append(offer)
        foreign: list[Offer] = []
        for topic, offers in sorted(topics.items()):
            owner = self._owner(offers)
            if owner is None:
                self._contested[topic] = offers
                foreign += offers
                yield PluginError(_noted(f"verifier {topic!r} is offered twice", offers))
                continue
            for offer in offers:
                if offer.owner == owner:
                    self._mean(offer)
            for offer in offers:
                if offer.owner == owner:
                    continue
                if offer in self._explicit and offer.spec.name not in self.meant:
                    self.meant[offer.spec.name] = offer  # with its version, it is the user's word
                    continue
                foreign.append(offer)
                yield PluginError(_owned(offer, self._newest[topic]))
        self.foreign = tuple(foreign)
        self.meant = dict(sorted(self.meant.items()))

    def _owner(self, offers: Iterable[Offer]) -> str | None:
        """The distribution that owns a topic; None where two claim it."""
        released = [offer for offer in offers if offer not in self._explicit]
        owners = dict.fromkeys(offer.owner for offer in released or offers)
        if PROJECT in owners:
            return PROJECT
        return next(iter(owners)) if len(owners) == 1 else None

    def _mean(self, offer: Offer) -> None:
        self.meant[offer.spec.name] = offer
        other = self._newest.get(offer.spec.topic)
        if other is None or other.spec.version < offer.spec.version:
            self._newest[offer.spec.topic] = offer

    def find(self, name: str) -> Offer | None:
        """The offer that a rubric means by `name`; None where there is none.

        Raises:
            PluginError: a name that belongs to another distribution, or to none of two.
        """
        dist, colon, inner = name.rpartition(":")
        if colon:
            return self._of(dist, inner)
        found = self.meant.get(name) or self._newest.get(name)
        if found is not None:
            return found
        topic = name.partition("@")[0]
        if topic in self._contested:
            offers = self._contested[topic]
            raise PluginError(_noted(f"verifier {name!r} is offered twice", offers))
        for offer in self.foreign:
            if offer.spec.name == name:
                raise PluginError(_owned(offer, self._newest[topic]))
        return None

    def _of(self, dist: str, name: str) -> Offer | None:
        found = [
            offer
            for offer in self._offers
            if normal(offer.owner) == normal(dist) and name in (offer.spec.name, offer.spec.topic)
        ]
        return max(found, key=lambda offer: offer.spec.version, default=None)

    def retired(self, name: str) -> str | None:
        """What to say of a version that nobody offers of a topic that is known; else None."""
        topic, _, pinned = name.partition("@")
        current = self._newest.get(topic)
        if current is None or not pinned.isdigit():
            return None
        release = current.spec.retired.get(name)
        offered = ", ".join(n for n in self.meant if n.startswith(topic + "@"))
        was = f"release {release} was the last with it" if release else f"offered: {offered}"
        return f"verifier {name!r} is not shipped here; {was}"

    def not_found(self, name: str) -> str:
        """What to say of a name that nobody offers."""
        known = [*self._newest, *self.meant] if "@" in name else list(self._newest)
        if ":" in name:
            known = [offer.chosen for offer in self._offers]
        return f"no verifier {name!r}{nearest(name, known)}"


def _noted(first: str, offers: Iterable[Offer]) -> str:
    offers = sorted(offers, key=lambda offer: (offer.distribution, offer.spec.version))
    lines = [f"{first}:"]
    lines += [f"  by plugin {o.plugin!r} of {o.distribution}, as {o.spec.name}" for o in offers]
    names = " or ".join(sorted({repr(o.chosen) for o in offers}))
    lines.append(f"fix: choose in the rubric, {names}; or block one: blocked=[...]")
    return "\n".join(lines)


def _owned(offer: Offer, owner: Offer) -> str:
    return (
        f"verifier {offer.spec.name!r} is offered by plugin {offer.plugin!r} of "
        f"{offer.distribution}, but {offer.spec.topic!r} belongs to {owner.distribution}"
        f"\nfix: to mean it, name it {offer.chosen!r} in the rubric; to be rid of it, "
        f"blocked=[{offer.plugin!r}] or ASSAY_BLOCK_PLUGINS={offer.plugin}"
    )
