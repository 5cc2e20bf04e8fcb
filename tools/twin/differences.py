"""Compares what a file says with what was computed anew, number by number and word by word."""

from scores import UNKNOWN

# how far a number may be from the stored one; relative where it is above 1
TOLERANCE = 1e-6

# how many times the largest effect of undoing the rounding is allowed
ALLOWANCE = 3

MISSING = object()


class Differences:
    """What was compared, and what differs."""

    def __init__(self):
        self.lines = []
        self.compared = 0
        self.skipped = []
        self.rounded = 0
        self.widest = (0.0, "")

    def compare(self, path, stored, found, others):
        """Compares two trees. `others` are `found` with the rounding of its inputs undone."""
        if found is UNKNOWN:
            if stored is not MISSING:
                self.skipped.append(path)
        elif isinstance(found, dict) and isinstance(stored, dict):
            for key in dict.fromkeys([*found, *stored]):
                self.compare(
                    f"{path}.{key}" if path else key,
                    stored.get(key, MISSING),
                    found.get(key, MISSING),
                    [o.get(key, MISSING) if isinstance(o, dict) else MISSING for o in others],
                )
        elif isinstance(found, list) and isinstance(stored, list) and len(found) == len(stored):
            for i, (a, b) in enumerate(zip(stored, found)):
                alike = [o for o in others if isinstance(o, list) and len(o) == len(found)]
                self.compare(f"{path}[{i}]", a, b, [o[i] for o in alike])
        else:
            self._leaf(path, stored, found, others)

    def _leaf(self, path, stored, found, others):
        self.compared += 1
        if _is_number(stored) and _is_number(found):
            shifts = [abs(other - found) for other in others if _is_number(other)]
            # what rounding makes come and go has no number to hold it to
            free = len(shifts) < len(others)
            allowed = ALLOWANCE * max(shifts, default=0)
            if allowed > 0 or free:
                self.rounded += 1
                self.widest = max(self.widest, (allowed, path))
            if free or abs(stored - found) <= TOLERANCE * max(1, abs(stored)) + allowed:
                return
        elif stored == found or any(_same_form(stored, other) for other in others):
            return
        self.lines.append(f"{path}: stored {_shown(stored)}, recomputed {_shown(found)}")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same_form(stored, other):
    """Whether rounding alone may have made this of it: the same word, a list as long, or a number."""
    if isinstance(stored, list):
        return isinstance(other, list) and len(other) == len(stored)
    if isinstance(stored, dict) or _is_number(stored):
        return type(stored) is type(other)
    return stored == other


def _shown(value):
    return "nothing" if value is MISSING else str(value)
