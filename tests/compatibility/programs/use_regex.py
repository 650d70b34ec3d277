# /// script
# dependencies = ["regex"]
# ///
"""What `re` cannot do: properties, fuzzy matching, recursion, named lists, variable lookbehind, sets, partial matches."""

import regex

print(regex.findall(r"\p{Lu}\p{Ll}+", "Äpfel und Birnen, Ελλάς"), regex.findall(r"\p{Script=Cyrillic}+", "да yes нет"))
print(regex.search(r"(?:colour){e<=2}", "the color red").fuzzy_counts)
print(regex.fullmatch(r"(\((?:[^()]|(?1))*\))", "(a(b)(c(d)))")[0])
print(regex.search(r"\L<fruit>", "a pear", fruit=["apple", "pear"])[0])
print(regex.search(r"(?<=a+b)c", "xaaabc").start(), regex.findall(r"[\w--[aeiou]]+", "education", regex.V1))
print(regex.match(r"(\w)+", "abc").captures(1), regex.fullmatch(r"\d{4}", "12", partial=True).partial)
print(regex.sub(r"(?P<a>\d)", r"<\g<a>>", "1x2"), regex.split(r"(?V1)(?=[A-Z])", "aBcD"))
print(regex.findall(r"\X", "e\u0301a"), regex.search(r"\N{GREEK SMALL LETTER ALPHA}", "α").span())
print(regex.fullmatch(r"(?fi)strasse", "STRAßE") is not None, regex.findall(r"(?r)\w\w", "abcde"))
try:
    regex.compile("(")
except regex.error as error:
    print("error", error)
