"""Encodings are told by the letters of the languages that our sources are in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.importing.encodings import encoding_of, is_utf8

POLISH = "Nr;Nazwa;Miasto\n1;Meble Wiśniewska;Łódź\n2;Gęślą Jaźń S.A.;Kraków\n"
ITALIAN = "N;Nome;Città\n1;Caffè Però;Forlì\n2;Società Più \u2013 già;Cefalù\n"
GERMAN = "Nr;Name;Ort\n1;Möbel Größe;Köln\n2;Straßenbau „Süd“;Düsseldorf\n"


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        (POLISH, "cp1250", {"cp1250"}),
        (POLISH, "iso8859-2", {"iso8859-2"}),
        (POLISH, "cp852", {"cp852"}),
        (ITALIAN, "cp1252", {"cp1252"}),
        (ITALIAN.replace("\u2013", "-"), "latin-1", {"cp1252"}),
        (ITALIAN.replace("\u2013", "-"), "cp850", {"cp850"}),
        (GERMAN, "cp1252", {"cp1252", "cp1250"}),
        (POLISH, "utf-16", {"utf-16"}),
    ],
)
def test_a_file_is_read_as_it_was_written(text: str, written: str, read: set[str], tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(written))
    found = encoding_of(path)
    assert found in read
    assert path.read_bytes().decode(found) == text


_LINES = st.lists(st.text("abcXYZ019 ;,.ąćęłńóśźżŁŚŻ", min_size=8, max_size=40), min_size=1, max_size=30)


@given(_LINES)
def test_polish_in_old_windows_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    text = "\n".join(["Zażółć gęślą jaźń", *lines])
    path = tmp_path_factory.getbasetemp() / "old-windows.csv"
    path.write_bytes(text.encode("cp1250"))
    assert path.read_bytes().decode(encoding_of(path)) == text


def test_utf8_is_seen_over_the_edge_of_a_chunk(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"x" * ((1 << 20) - 1) + "ł".encode())
    assert is_utf8(path)
    path.write_bytes(b"x" * (1 << 20) + b"\xb3")
    assert not is_utf8(path)
