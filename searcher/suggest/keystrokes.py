"""What a word was meant to be when the input method was off: keystrokes of Telex and VNI → letters.

Only what comes out as a Vietnamese syllable is taken: `khanhs` → `khánh`, but `bus` and `covid19` stay as they are
typed unless the caller knows better. Rules: the Telex and VNI conventions as Unikey's manual describes them.
"""

from __future__ import annotations

import unicodedata

from index.text.vietnamese import canonical, is_syllable

_HAT, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VOWELS = frozenset("aeiouy")
_MOST_KEYS = 16  # the longest syllables take ten; what is longer costs time that grows with its square


class _Syllable:
    """A syllable being typed: letters with the marks put on them, and one tone."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.marks: list[str] = []
        self.tone = ""

    def type(self, letter: str) -> None:
        self.letters.append(letter)
        self.marks.append("")

    def put(self, mark: str, on: str) -> bool:
        """Put the mark on the last bare letter among `on`; on both of a pair `uo` when it is a horn.

        A u behind u or o is a glide, which has no horn (`lưu`, `rượu`), and the u of `qu` belongs to the consonant.
        """
        for place in range(len(self.letters) - 1, -1, -1):
            pair = "".join(self.letters[max(0, place - 1) : place + 1])
            if self.letters[place] in on and not self.marks[place] and pair not in {"uu", "ou"}:
                self.marks[place] = mark
                if mark == _HORN and pair == "uo" and self.letters[0] != "q":
                    self.marks[place - 1] = mark
                return True
        return False

    def stroke(self) -> bool:
        """Turn the leading d into đ."""
        if self.letters[:1] == ["d"]:
            self.letters[0] = "đ"
            return True
        return False

    def has_vowel(self) -> bool:
        return not _VOWELS.isdisjoint(self.letters)

    def text(self) -> str | None:
        """The syllable under its search key, or None when it is no Vietnamese one."""
        tones = [""] * len(self.letters)
        vowels = [place for place, letter in enumerate(self.letters) if letter in _VOWELS]
        if self.tone and vowels:
            tones[vowels[-1]] = self.tone
        typed = "".join(map("".join, zip(self.letters, self.marks, tones, strict=True)))
        key = canonical(unicodedata.normalize("NFC", typed))
        return key if is_syllable(key) else None


def from_telex(word: str) -> str | None:
    """The syllable that these Telex keystrokes mean, or None when they mean none or hold no keystroke."""
    if len(word) > _MOST_KEYS:
        return None
    syllable = _Syllable()
    changed = False
    for letter in word.lower():
        if letter in _TELEX_TONES and syllable.has_vowel():
            syllable.tone = _TELEX_TONES[letter]
            done = True
        elif letter == "w":
            # In `oa` it is the a that has a mark of its own (`hoặc`), in `ua` the u (`mưa`).
            horned = "u" if "oa" in "".join(syllable.letters) else "uo"
            done = syllable.put(_HORN, horned) or syllable.put(_BREVE, "a")
            if not done:
                syllable.type("u")
                done = syllable.put(_HORN, "u")
        elif letter in "aeo" and letter in syllable.letters:
            done = syllable.put(_HAT, letter)
        else:
            done = letter == "d" and syllable.stroke()
        if not done:
            syllable.type(letter)
        changed |= done
    return syllable.text() if changed else None


def from_vni(word: str) -> str | None:
    """The syllable that these VNI keystrokes mean, or None when they mean none or hold no keystroke."""
    if len(word) > _MOST_KEYS:
        return None
    syllable = _Syllable()
    changed = False
    for letter in word.lower():
        if letter in _VNI_TONES and syllable.has_vowel():
            syllable.tone = _VNI_TONES[letter]
            done = True
        else:
            done = {
                "6": lambda: syllable.put(_HAT, "aeo"),
                "7": lambda: syllable.put(_HORN, "uo"),
                "8": lambda: syllable.put(_BREVE, "a"),
                "9": syllable.stroke,
            }.get(letter, lambda: False)()
        if not done:
            syllable.type(letter)
        changed |= done
    return syllable.text() if changed else None
