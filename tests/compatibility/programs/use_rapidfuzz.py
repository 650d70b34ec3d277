# /// script
# dependencies = ["rapidfuzz", "numpy"]
# ///
"""Distances and ratios, extraction, matrices with numpy, and that the native modules are used."""

from rapidfuzz import distance, fuzz, process, utils

print("native", fuzz.ratio.__module__, distance.Levenshtein.distance.__module__)
print(round(fuzz.ratio("this is a test", "this is a test!"), 3), round(fuzz.token_sort_ratio("fuzzy was a bear", "a bear was fuzzy"), 3))
print(round(fuzz.WRatio("New York Mets", "new york mets vs braves", processor=utils.default_process), 3))
names = ["Atlanta Falcons", "New York Jets", "New York Giants", "Dallas Cowboys"]
print([(name, round(score, 3), index) for name, score, index in process.extract("new york jets", names, limit=2, processor=utils.default_process)])
print(distance.Levenshtein.distance("kitten", "sitting"), distance.DamerauLevenshtein.distance("ab", "ba"), distance.Hamming.distance("ab", "aa"))
print(round(distance.JaroWinkler.similarity("martha", "marhta"), 6), distance.LCSseq.similarity("abcd", "acd"))
print(distance.Levenshtein.editops("abc", "axc").as_list())
print(process.cdist(["a", "ab"], ["ab", "b"], scorer=distance.Levenshtein.distance, workers=2).tolist())
print(distance.Levenshtein.distance(["x", 1], ["x", 2]), fuzz.partial_ratio_alignment("a", "bab").dest_start)
try:
    distance.Hamming.distance("a", "ab", pad=False)
except ValueError as error:
    print("error", error)
